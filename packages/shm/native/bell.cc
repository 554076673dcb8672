// Waking a peer that sleeps: one byte through the socket that also tells when it is gone.
//
// Not an eventfd: whether writing to one blocks is a flag of the open file, which both ends share. A hostile peer could fill its
// counter, clear the flag and so hang whoever rings. On a socket it is the call that says MSG_DONTWAIT.
#include <camio/arguments.h>
#include <camio/error.h>
#include <sys/socket.h>

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
  const ssize_t taken = ::recv(fd, bells, sizeof(bells), MSG_DONTWAIT);
  return Napi::Number::New(info.Env(), taken < 0 ? -errno : static_cast<int>(taken));
}

}  // namespace camio::shm
