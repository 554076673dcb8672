// listen(2) on IP addresses, and accept4(2) in batches.
#include <camio/arguments.h>
#include <camio/error.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "address.h"
#include "congestion.h"
#include "engine.h"
#include "functions.h"
#include "socket_options.h"

namespace camio::tcp {

Napi::Value listen_ip(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string host;
  int port = 0;
  int backlog = 0;
  SocketOptions options;
  if (!string_argument(info, 0, &host) || !int_argument(info, 1, &port, 0, 65535) ||
      !int_argument(info, 2, &backlog, 1) || !ip_options_argument(info, 3, &options)) {
    return env.Undefined();
  }
  Address address;
  if (const int error = ip_address(host, port, &address)) return throw_errno(env, "listen", error);
  Fd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return throw_errno(env, "socket");
  // A port whose old connections are still in TIME_WAIT may be listened on; one that has a listener may not.
  const int on = 1;
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return throw_errno(env, "setsockopt");
  if (!apply(env, options, address.family(), socket.get())) return env.Undefined();
  if (::bind(socket.get(), address.get(), address.length) != 0) return throw_errno(env, "bind");
  if (::listen(socket.get(), backlog) != 0) return throw_errno(env, "listen");
  const int slot = Env::of(env).add(std::move(socket));
  return slot < 0 ? throw_errno(env, "epoll_ctl", -slot) : Napi::Number::New(env, slot);
}

namespace {

// The connection went before it was accepted, or its network did: accept(2) says to treat these like EAGAIN and go on.
bool is_of_one_connection(int error) {
  switch (error) {
    case EINTR: case ECONNABORTED: case EPERM: case ENETDOWN: case EPROTO: case ENOPROTOOPT: case EHOSTDOWN:
    case ENONET: case EHOSTUNREACH: case EOPNOTSUPP: case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

}  // namespace

// (slot, Int32Array, unpacedHere) -> how many slots of accepted sockets were put into the array, or -errno when there are none.
Napi::Value accept_batch(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int listening = fd_argument(info, 0);
  std::span<int32_t> out;
  bool unpaced_here = false;
  if (listening < 0 || !int32s_argument(info, 1, &out) || !bool_argument(info, 2, &unpaced_here)) return env.Undefined();
  Engine& engine = Env::of(env);
  size_t count = 0;
  int error = 0;
  while (count < out.size()) {
    Address peer;
    Fd socket(::accept4(listening, peer.get(), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
      error = errno;
      if (is_of_one_connection(error)) continue;
      break;
    }
    if (unpaced_here) unpace_on_this_host(socket.get(), peer);
    const int slot = engine.add(std::move(socket));
    if (slot < 0) {
      error = -slot;
      break;
    }
    out[count++] = slot;
  }
  return Napi::Number::New(env, count > 0 ? static_cast<int>(count) : -error);
}

}  // namespace camio::tcp
