#include "transfer.h"

#include <camio/arguments.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "nowait.h"

namespace camio::file {
namespace {

constexpr int64_t kMaxPosition = 1LL << 53;

short ready_for(int fd, short events) {
  pollfd entry{fd, events, 0};
  return poll(&entry, 1, 0) > 0 ? entry.revents : 0;
}

ssize_t read_once(int fd, std::span<uint8_t> bytes, int64_t position, How how) {
  const iovec piece{bytes.data(), bytes.size()};
  switch (how) {
    case How::socket:
      return recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    case How::nowait:
      return read_nowait(fd, &piece, 1, position);
    case How::look:
      if (ready_for(fd, POLLIN) == 0) {
        errno = EAGAIN;
        return -1;
      }
      break;
    case How::plain:
      break;
  }
  return position < 0 ? read(fd, bytes.data(), bytes.size()) : pread(fd, bytes.data(), bytes.size(), position);
}

ssize_t send_once(int fd, iovec* pieces, int count) {
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = static_cast<size_t>(count);
  return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// A writable pipe has room for PIPE_BUF bytes (pipe(7)): writing no more cannot block.
ssize_t write_little(int fd, iovec piece) {
  if (ready_for(fd, POLLOUT) == 0) {
    errno = EAGAIN;
    return -1;
  }
  return write(fd, piece.iov_base, piece.iov_len < PIPE_BUF ? piece.iov_len : PIPE_BUF);
}

ssize_t write_once(int fd, iovec* pieces, int count, int64_t position, How how) {
  switch (how) {
    case How::socket:
      return send_once(fd, pieces, count);
    case How::nowait:
      return write_nowait(fd, pieces, count, position);
    case How::look:
      return write_little(fd, pieces[0]);
    case How::plain:
      break;
  }
  return position < 0 ? writev(fd, pieces, count) : pwritev(fd, pieces, count, position);
}

template <class Call>
Napi::Value outcome(Napi::Env env, Call call) {
  ssize_t count = 0;
  do count = call();
  while (count < 0 && errno == EINTR);
  return Napi::Number::New(env, static_cast<double>(count < 0 ? -errno : count));
}

// The last two arguments of both.
bool place_arguments(const Napi::CallbackInfo& info, size_t index, int64_t* position, How* how) {
  int number = 0;
  if (!int_argument(info, index, -1, kMaxPosition, position)) return false;
  if (!int_argument(info, index + 1, &number, 0, static_cast<int>(How::look))) return false;
  *how = static_cast<How>(number);
  return true;
}

Napi::Value read_bytes(const Napi::CallbackInfo& info) {
  int fd = -1;
  std::span<uint8_t> bytes;
  int64_t position = -1;
  How how{};
  if (!int_argument(info, 0, &fd) || !range_argument(info, 1, &bytes) || !place_arguments(info, 4, &position, &how))
    return info.Env().Undefined();
  return outcome(info.Env(), [&] { return read_once(fd, bytes, position, how); });
}

Napi::Value write_bytes(const Napi::CallbackInfo& info) {
  int fd = -1;
  std::span<uint8_t> all;
  std::span<uint8_t> bytes;
  int64_t second = 0;
  int64_t position = -1;
  How how{};
  if (!int_argument(info, 0, &fd) || !bytes_argument(info, 1, &all) || !range_argument(info, 1, &bytes) ||
      !int_argument(info, 4, 0, static_cast<int64_t>(all.size()), &second) ||
      !place_arguments(info, 5, &position, &how))
    return info.Env().Undefined();
  iovec pieces[2] = {{bytes.data(), bytes.size()}, {all.data(), static_cast<size_t>(second)}};
  return outcome(info.Env(), [&] { return write_once(fd, pieces, second > 0 ? 2 : 1, position, how); });
}

// A FIFO that nobody has opened for writing yet reads as "end" too, but has not hung up.
Napi::Value hung_up(const Napi::CallbackInfo& info) {
  int fd = -1;
  if (!int_argument(info, 0, &fd)) return info.Env().Undefined();
  return Napi::Boolean::New(info.Env(), (ready_for(fd, POLLIN) & (POLLHUP | POLLERR)) != 0);
}

// A number of our own for a description that others use: closing it leaves theirs open, and the event loop can watch it.
// Advisory, and the open file's own: it ends with its last descriptor, however the process ends (flock(2)).
Napi::Value lock(const Napi::CallbackInfo& info) {
  int fd = -1;
  if (!int_argument(info, 0, &fd)) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), ::flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno);
}

Napi::Value duplicate(const Napi::CallbackInfo& info) {
  int fd = -1;
  if (!int_argument(info, 0, &fd)) return info.Env().Undefined();
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return throw_errno(info.Env(), "fcntl");
  return Napi::Number::New(info.Env(), copy);
}

}  // namespace

void export_transfer(Napi::Env env, Napi::Object exports) {
  exports.Set("read", Napi::Function::New(env, read_bytes));
  exports.Set("write", Napi::Function::New(env, write_bytes));
  exports.Set("duplicate", Napi::Function::New(env, duplicate));
  exports.Set("lock", Napi::Function::New(env, lock));
  exports.Set("hungUp", Napi::Function::New(env, hung_up));
}

}  // namespace camio::file
