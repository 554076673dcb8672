// Waking a peer that sleeps: one byte through the socket that also tells when it is gone.
//
// Not an eventfd: whether writing to one blocks is a flag of the open file, which both ends share. A hostile peer could fill its
// counter, clear the flag and so hang whoever rings. On a socket it is the call that says MSG_DONTWAIT.
#include <camio/arguments.h>
#include <camio/error.h>
#include <sys/socket.h>

#include <cstring>

#include "descriptors.h"
#include "functions.h"

namespace camio::shm {

namespace {

constexpr char kBell = 1;
// The last byte of an end that cannot say so in the memory, which its program has taken away.
constexpr char kFarewell = 2;
// What a socket holds is looked through in so many pieces: who goes on ringing must not keep anybody here.
constexpr int kMostLooks = 1024;

Napi::Value send_byte(const Napi::CallbackInfo& info, char byte) {
  const int fd = socket_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  const ssize_t sent = ::send(fd, &byte, sizeof(byte), MSG_DONTWAIT | MSG_NOSIGNAL);
  // Full of bells that were not looked at yet: the peer is awake, or being woken.
  const bool rung = sent == 1 || errno == EAGAIN || errno == EINTR;
  return Napi::Number::New(info.Env(), rung ? 0 : -errno);
}

// Takes up to 512 bells. -> how many; 0 or less: there are none
ssize_t take_bells(int fd, bool* farewell) {
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
  if (taken < 0) return taken;
  const Descriptors unwanted(&message);
  if (taken > 0 && std::memchr(bells, kFarewell, static_cast<size_t>(taken)) != nullptr) *farewell = true;
  return taken;
}

}  // namespace

// (slot) -> 0 or -errno
Napi::Value ring_bell(const Napi::CallbackInfo& info) { return send_byte(info, kBell); }

// (slot) -> 0 or -errno
Napi::Value say_farewell(const Napi::CallbackInfo& info) { return send_byte(info, kFarewell); }

// (slot, all) -> whether a farewell was among the bells that were taken
Napi::Value clear_bells(const Napi::CallbackInfo& info) {
  const int fd = socket_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  const bool all = info[1].ToBoolean();
  bool farewell = false;
  for (int i = 0; take_bells(fd, &farewell) > 0 && all && i < kMostLooks; i++) {
  }
  return Napi::Boolean::New(info.Env(), farewell);
}

}  // namespace camio::shm
