// What both kinds of socket have in common.
#include <camio/arguments.h>
#include <camio/closing.h>
#include <camio/error.h>
#include <sys/socket.h>

#include <utility>

#include "engine.h"
#include "functions.h"

namespace camio::xdp {

Socket* socket_argument(const Napi::CallbackInfo& info, size_t index) {
  return slot_argument(info, index, Env::of(info.Env()), "the socket is closed");
}

// (slot) -> a promise: the slot is free and the rings are gone at once, the socket when it resolves.
Napi::Value close_socket(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Socket* socket = socket_argument(info, 0);
  int slot = 0;
  if (socket == nullptr || !int_argument(info, 0, &slot)) return env.Undefined();
  Socket closing = Env::of(env).take(slot);
  // Here, where whoever looks at them runs.
  closing.rings.clear();
  return Closing<Socket>::begin(env, "camio:xdp:close", std::move(closing));
}

// (slot) -> the errno that the socket has met, which is forgotten then, or 0
Napi::Value take_error(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  if (socket == nullptr) return info.Env().Undefined();
  int error = 0;
  socklen_t length = sizeof(error);
  if (::getsockopt(socket->fd(), SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
  return Napi::Number::New(info.Env(), error);
}

// (family) -> 0, or the errno that a raw socket of that family is refused with
Napi::Value may_open(const Napi::CallbackInfo& info) {
  int family = 0;
  if (!int_argument(info, 0, &family)) return info.Env().Undefined();
  const Fd probe(::socket(family, SOCK_RAW | SOCK_CLOEXEC, 0));
  return Napi::Number::New(info.Env(), probe ? 0 : errno);
}

}  // namespace camio::xdp
