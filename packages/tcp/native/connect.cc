// connect(2) without blocking: JavaScript is told by the event table when it is decided, and asks `connected` how.
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

namespace {

constexpr int kSocketType = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

Napi::Value watch(Napi::Env env, Fd socket) {
  const int slot = Env::of(env).add(std::move(socket));
  return slot < 0 ? throw_errno(env, "epoll_ctl", -slot) : Napi::Number::New(env, slot);
}

Napi::Value connect_to(Napi::Env env, Fd socket, const Address& address, const SocketOptions& options) {
  if (::connect(socket.get(), address.get(), address.length) != 0 && errno != EINPROGRESS) {
    return throw_errno(env, "connect");
  }
  if (options.unpaced_here) unpace_on_this_host(socket.get(), address);
  return watch(env, std::move(socket));
}

}  // namespace

Napi::Value connect_ip(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string host;
  std::string local_host;
  int port = 0;
  int local_port = 0;
  SocketOptions options;
  if (!string_argument(info, 0, &host) || !int_argument(info, 1, &port, 0, 65535) ||
      !string_argument(info, 2, &local_host) || !int_argument(info, 3, &local_port, 0, 65535) ||
      !ip_options_argument(info, 4, &options)) {
    return env.Undefined();
  }
  Address address;
  if (const int error = ip_address(host, port, &address)) return throw_errno(env, "connect", error);
  Fd socket(::socket(address.family(), kSocketType, 0));
  if (!socket) return throw_errno(env, "socket");
  if (!apply(env, options, address.family(), socket.get())) return env.Undefined();
  if (!local_host.empty()) {
    Address local;
    if (const int error = ip_address(local_host, local_port, &local)) return throw_errno(env, "bind", error);
    if (::bind(socket.get(), local.get(), local.length) != 0) return throw_errno(env, "bind");
  }
  return connect_to(env, std::move(socket), address, options);
}

// Throws EAGAIN where the listener's queue is full: unix sockets send no event when there is room, so try again later.
Napi::Value connect_unix(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string name;
  bool abstract = false;
  SocketOptions options;
  if (!string_argument(info, 0, &name) || !bool_argument(info, 1, &abstract) || !options_argument(info, 2, &options)) {
    return env.Undefined();
  }
  Address address;
  if (const int error = unix_address(name, abstract, &address)) return throw_errno(env, "connect", error);
  Fd socket(::socket(AF_UNIX, kSocketType, 0));
  if (!socket) return throw_errno(env, "socket");
  if (!apply(env, options, AF_UNIX, socket.get())) return env.Undefined();
  return connect_to(env, std::move(socket), address, options);
}

// How the attempt ended: 0 or an errno.
Napi::Value connected(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  int error = 0;
  socklen_t length = sizeof(error);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  return Napi::Number::New(info.Env(), error);
}

}  // namespace camio::tcp
