// The first thing that each end says: some numbers, and with them the memory that it lends (SCM_RIGHTS, see unix(7)).
#include <camio/arguments.h>
#include <camio/error.h>
#include <sys/socket.h>

#include <cstring>

#include "descriptors.h"
#include "functions.h"
#include "state.h"

namespace camio::shm {

namespace {

constexpr int kNone = -1;

}  // namespace

// (slot, words, memory or -1) -> 0 or -errno
Napi::Value send_hello(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int fd = socket_argument(info, 0);
  std::span<int32_t> words;
  int memory = kNone;
  if (fd < 0 || !int32s_argument(info, 1, &words) || !int_argument(info, 2, &memory, kNone)) return env.Undefined();
  iovec piece{words.data(), words.size_bytes()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  Control control{};
  if (memory != kNone) {
    const Memory* lent = memory_argument(info, 2);
    if (lent == nullptr) return env.Undefined();
    const int lent_fd = lent->fd.get();
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE(sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &lent_fd, sizeof(int));
  }
  const ssize_t sent = ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0) return Napi::Number::New(env, -errno);
  return Napi::Number::New(env, sent == static_cast<ssize_t>(words.size_bytes()) ? 0 : -EPROTO);
}

// (slot, words): the words' last element receives the memory's slot, or -1; the others the numbers.
// -> 1 when it was received, 0 when the other end has gone, -EAGAIN when it has said nothing yet, another -errno
Napi::Value receive_hello(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int fd = socket_argument(info, 0);
  std::span<int32_t> words;
  if (fd < 0 || !int32s_argument(info, 1, &words)) return env.Undefined();
  if (words.empty()) return Napi::Number::New(env, -EINVAL);
  const std::span<int32_t> numbers = words.first(words.size() - 1);
  iovec piece{numbers.data(), numbers.size_bytes()};
  Control control;
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof(control.bytes);
  ssize_t received = 0;
  do received = ::recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (received < 0 && errno == EINTR);
  if (received <= 0) return Napi::Number::New(env, received == 0 ? 0 : -errno);
  Descriptors came(&message);
  // The system could not give us the descriptor: we have too many.
  if ((message.msg_flags & MSG_CTRUNC) != 0) return Napi::Number::New(env, -EMFILE);
  if (received != static_cast<ssize_t>(numbers.size_bytes()) || came.count() > 1) return Napi::Number::New(env, -EPROTO);
  words.back() = came.count() == 0 ? kNone : state_of(env).memories.take(Memory(came.take(), true));
  return Napi::Number::New(env, 1);
}

}  // namespace camio::shm
