// Waking a peer that sleeps: one byte through the socket that also tells when it is gone.
//
// Not an eventfd: whether writing to one blocks is a flag of the open file, which both ends share. A hostile peer could fill its
// counter, clear the flag and so hang whoever rings. On a socket it is the call that says MSG_DONTWAIT.
#include <camio/arguments.h>
#include <camio/error.h>
#include <sys/socket.h>

#include "descriptors.h"
#include "functions.h"

namespace camio::shm {

// (slot) -> 0 or -errno
Napi::Value ring_bell(const Napi::CallbackInfo& info) {
  const int fd = socket_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  constexpr char bell = 1;
  const ssize_t sent = ::send(fd, &bell, sizeof(bell), MSG_DONTWAIT | MSG_NOSIGNAL);
  // Full of bells that were not looked at yet: the peer is awake, or being woken.
  const bool rung = sent == 1 || errno == EAGAIN || errno == EINTR;
  return Napi::Number::New(info.Env(), rung ? 0 : -errno);
}

// (slot) -> bytes taken, 0 when the other end has gone, -errno
Napi::Value clear_bells(const Napi::CallbackInfo& info) {
  const int fd = socket_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  char bells[512];
  iovec piece{bells, sizeof(bells)};
  // A bell brings nothing along, but a hostile peer's may.
  Control control;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof(control.bytes);
  const ssize_t taken = ::recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (taken < 0) return Napi::Number::New(info.Env(), -errno);
  const Descriptors unwanted(&message);
  return Napi::Number::New(info.Env(), static_cast<int>(taken));
}

}  // namespace camio::shm
