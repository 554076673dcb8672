#include "ferry.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "nowait.h"

namespace camio::file {

namespace {

// Never blocks, whoever shares the pipe's description and changes its mode meanwhile. Linux from 6.4 on knows how for pipes.
ssize_t read_at_once(int fd, void* target, size_t length) {
  iovec piece{target, length};
  const ssize_t count = read_nowait(fd, &piece, 1, -1);
  return count < 0 && errno == EOPNOTSUPP ? read(fd, target, length) : count;
}

}  // namespace

bool Ferry::can_read(int from) { return (fcntl(from, F_GETFL) & O_NONBLOCK) != 0; }

ssize_t Ferry::carry(Move& move, SpliceEnd& to, size_t length) {
  given_ = taken_ = 0;
  const ssize_t count = take(move, std::min(length, buffer_.size()));
  if (count <= 0) return count;
  taken_ = static_cast<size_t>(count);
  return give(move, to) ? count : -1;
}

bool Ferry::stopped() const { return taken_ == 0 && errno == ECANCELED; }

Outcome Ferry::broken(Move& move) {
  const int error = errno;
  if (taken_ == 0) return failed(move, "read", error);
  move.moved.fetch_add(static_cast<int64_t>(given_), std::memory_order_relaxed);
  return {.bytes = move.moved,
          .error = error,
          .syscall = "write",
          .sink = 0,
          .undelivered = {buffer_.begin() + static_cast<ptrdiff_t>(given_), buffer_.begin() + static_cast<ptrdiff_t>(taken_)}};
}

ssize_t Ferry::take(Move& move, size_t length) {
  for (;;) {
    move.count_call();
    const ssize_t count = read_at_once(from_, buffer_.data(), length);
    if (count >= 0) return count;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return -1;
    if (!move.wait(from_, POLLIN)) {
      errno = ECANCELED;
      return -1;
    }
  }
}

bool Ferry::give(Move& move, SpliceEnd& to) {
  while (given_ < taken_) {
    const uint8_t* bytes = buffer_.data() + given_;
    const size_t length = taken_ - given_;
    move.count_call();
    const ssize_t count = to.offset < 0 ? write(to.fd, bytes, length) : pwrite(to.fd, bytes, length, to.offset);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) return false;
    given_ += static_cast<size_t>(count);
    if (to.offset >= 0) to.offset += count;
  }
  return true;
}

}  // namespace camio::file
