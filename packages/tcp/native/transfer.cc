// Bytes in and out: one system call a batch, its answer a number (negative: -errno), so that nothing is allocated.
#include <camio/arguments.h>
#include <camio/error.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "engine.h"
#include "functions.h"

namespace camio::tcp {

namespace {

Napi::Value answer(Napi::Env env, ssize_t result) {
  return Napi::Number::New(env, static_cast<double>(result < 0 ? -errno : result));
}

// One piece is the rule, and spares the system the look at a list.
ssize_t send_pieces(int fd, std::span<uint8_t> first, std::span<uint8_t> second, int more) {
  const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | more;
  if (second.empty()) return ::send(fd, first.data(), first.size(), flags);
  iovec pieces[2] = {{first.data(), first.size()}, {second.data(), second.size()}};
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = 2;
  return ::sendmsg(fd, &message, flags);
}

}  // namespace

int fd_argument(const Napi::CallbackInfo& info, size_t index) {
  const Socket* socket = slot_argument(info, index, Env::of(info.Env()), "the socket is closed");
  return socket == nullptr ? -1 : socket->fd();
}

// (slot, bytes, offset, length) -> bytes received, 0 at the end
Napi::Value receive(const Napi::CallbackInfo& info) {
  std::span<uint8_t> target;
  const int fd = fd_argument(info, 0);
  if (fd < 0 || !range_argument(info, 1, &target)) return info.Env().Undefined();
  ssize_t count = 0;
  do count = ::recv(fd, target.data(), target.size(), MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  return answer(info.Env(), count);
}

// (slot, bytes, offset, length, second, more): sends bytes[offset, offset + length), then bytes[0, second) -> bytes sent
Napi::Value send(const Napi::CallbackInfo& info) {
  std::span<uint8_t> first;
  std::span<uint8_t> all;
  int64_t second = 0;
  bool more = false;
  const int fd = fd_argument(info, 0);
  if (fd < 0 || !range_argument(info, 1, &first) || !bytes_argument(info, 1, &all) ||
      !int_argument(info, 4, 0, static_cast<int64_t>(all.size()), &second) || !bool_argument(info, 5, &more)) {
    return info.Env().Undefined();
  }
  ssize_t count = 0;
  do count = send_pieces(fd, first, all.first(static_cast<size_t>(second)), more ? MSG_MORE : 0);
  while (count < 0 && errno == EINTR);
  return answer(info.Env(), count);
}

// (slot) -> 0 or -errno. Setting TCP_NODELAY, also where it is set already, sends what MSG_MORE held back: see tcp(7).
Napi::Value send_held(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  const int on = 1;
  return answer(info.Env(), ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
}

// (slot) -> what the last recv said: 0 at the end, -EAGAIN when nothing is left now, > 0 when there is more to drop.
// Closing a socket that holds unread data resets the connection and may take sent data with it.
Napi::Value drop_input(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  uint8_t scratch[65536];
  ssize_t count = 0;
  // A bound, so that a fast sender cannot hold the thread.
  for (int i = 0; i < 32; i++) {
    count = ::recv(fd, scratch, sizeof(scratch), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EINTR)) break;
  }
  return answer(info.Env(), count);
}

// (slot) -> bytes sent that the peer's system has not acknowledged yet, see tcp(7)
Napi::Value unacknowledged(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  int bytes = 0;
  if (::ioctl(fd, SIOCOUTQ, &bytes) != 0) bytes = 0;
  return Napi::Number::New(info.Env(), bytes);
}

// (slot, both) -> 0 or -errno. No more will be sent; receiving goes on unless both ways are shut.
Napi::Value shut_down(const Napi::CallbackInfo& info) {
  const int fd = fd_argument(info, 0);
  bool both = false;
  if (fd < 0 || !bool_argument(info, 1, &both)) return info.Env().Undefined();
  return answer(info.Env(), ::shutdown(fd, both ? SHUT_RDWR : SHUT_WR));
}

// (slot, reset): with `reset` the connection is aborted at once (RST) and what was not sent is dropped.
Napi::Value close_socket(const Napi::CallbackInfo& info) {
  int slot = 0;
  bool reset = false;
  const int fd = fd_argument(info, 0);
  if (fd < 0 || !int_argument(info, 0, &slot) || !bool_argument(info, 1, &reset)) return info.Env().Undefined();
  const linger at_once{1, 0};
  if (reset) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  Env::of(info.Env()).remove(slot);
  return info.Env().Undefined();
}

}  // namespace camio::tcp
