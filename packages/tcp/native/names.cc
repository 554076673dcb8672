// Who is at either end.
#include <camio/error.h>
#include <sys/socket.h>

#include "address.h"
#include "engine.h"
#include "functions.h"

namespace camio::tcp {

// (slot) -> the descriptor, lent to a mover
Napi::Value descriptor(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  return fd < 0 ? info.Env().Undefined() : Napi::Number::New(info.Env(), fd);
}

// (slot) -> { host, port } or { path }
Napi::Value local_address(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  Address address;
  if (fd < 0) return info.Env().Undefined();
  if (::getsockname(fd, address.get(), &address.length) != 0) return throw_errno(info.Env(), "getsockname");
  return describe(info.Env(), address);
}

// (slot) -> the same of the peer; `null` when it is gone already
Napi::Value peer_address(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  Address address;
  if (fd < 0) return info.Env().Undefined();
  if (::getpeername(fd, address.get(), &address.length) != 0) return info.Env().Null();
  return describe(info.Env(), address);
}

// (slot) -> the user at the other end of a unix socket, see SO_PEERCRED in unix(7)
Napi::Value peer_uid(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  ucred peer{};
  socklen_t length = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return throw_errno(info.Env(), "getsockopt");
  return Napi::Number::New(info.Env(), peer.uid);
}

}  // namespace camio::tcp
