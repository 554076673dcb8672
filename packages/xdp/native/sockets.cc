// What both kinds of socket have in common.
#include <camio/arguments.h>
#include <camio/error.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <utility>

#include "engine.h"
#include "functions.h"

namespace camio::xdp {

Socket* socket_argument(const Napi::CallbackInfo& info, size_t index) {
  int slot = 0;
  if (!int_argument(info, index, &slot)) return nullptr;
  Socket* socket = Env::of(info.Env()).find(slot);
  if (socket == nullptr) throw_range(info.Env(), "the socket is closed");
  return socket;
}

namespace {

// The kernel waits until no processor looks at a socket of these families any more, tens of milliseconds: not on the event loop.
class Closing : public Napi::AsyncWorker {
 public:
  Closing(Napi::Env env, Fd fd, std::shared_ptr<Attachment> attachment)
      : AsyncWorker(env, "camio:xdp:close"),
        fd_(std::move(fd)),
        attachment_(std::move(attachment)),
        deferred_(Napi::Promise::Deferred::New(env)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    attachment_.reset();
    fd_.reset();
  }
  void OnOK() override { deferred_.Resolve(Env().Undefined()); }

 private:
  Fd fd_;
  std::shared_ptr<Attachment> attachment_;
  Napi::Promise::Deferred deferred_;
};

}  // namespace

// (slot) -> a promise: the slot is free and the rings are gone at once, the socket when it resolves.
Napi::Value close_socket(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Socket* socket = socket_argument(info, 0);
  int slot = 0;
  if (socket == nullptr || !int_argument(info, 0, &slot)) return env.Undefined();
  // A second descriptor keeps the socket open while the first is closed. Without one (EMFILE) the event loop waits.
  Fd last(::fcntl(socket->fd(), F_DUPFD_CLOEXEC, 0));
  auto* closing = new Closing(env, std::move(last), std::move(socket->attachment));
  Env::of(env).remove(slot);
  const Napi::Promise closed = closing->promise();
  closing->Queue();
  return closed;
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
