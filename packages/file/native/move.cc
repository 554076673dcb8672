#include "move.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace camio::file {
namespace {

void signal_event(const Fd& event) {
  const uint64_t one = 1;
  // It can only fail when the counter is full, and then it is signalled.
  [[maybe_unused]] const ssize_t written = write(event.get(), &one, sizeof one);
}

bool is_regular(const End& end) {
  struct stat status {};
  return fstat(end.fd.get(), &status) == 0 && S_ISREG(status.st_mode);
}

int64_t start_of(const End& end) { return end.offset >= 0 ? end.offset : lseek(end.fd.get(), 0, SEEK_CUR); }

// As cat(1) has it: writing behind the place where one reads the same file never ends.
bool feeds_itself(const Move& move, const End& sink) {
  struct stat from {};
  struct stat to {};
  if (fstat(move.source.fd.get(), &from) != 0 || fstat(sink.fd.get(), &to) != 0) return false;
  if (!S_ISREG(from.st_mode) || from.st_dev != to.st_dev || from.st_ino != to.st_ino) return false;
  if ((fcntl(sink.fd.get(), F_GETFL) & O_APPEND) != 0) return move.length < 0 || start_of(move.source) + move.length > to.st_size;
  const int64_t in = start_of(move.source);
  const int64_t out = start_of(sink);
  return out >= in && (move.length < 0 || out < in + move.length);
}

// What would block this thread beyond our reach, or what the kernel declines with misleading errors.
bool unfit_sink(const End& sink) {
  struct stat status {};
  if (fstat(sink.fd.get(), &status) != 0) return true;
  const int flags = fcntl(sink.fd.get(), F_GETFL);
  if ((flags & O_ACCMODE) == O_RDONLY || (flags & O_APPEND) != 0) return true;
  if (S_ISSOCK(status.st_mode)) return (flags & O_NONBLOCK) == 0;
  return S_ISCHR(status.st_mode) && isatty(sink.fd.get());
}

}  // namespace

Move::Move(Path the_path, End from, std::vector<End> to, int64_t limit)
    : path(the_path),
      source(std::move(from)),
      sinks(std::move(to)),
      length(limit),
      stop_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      abandon_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Move::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  signal_event(stop_);
}

void Move::abandon() {
  stop();
  signal_event(abandon_);
}

size_t Move::budget(size_t most) const {
  if (length < 0) return most;
  const int64_t rest = length - moved.load(std::memory_order_relaxed);
  return static_cast<size_t>(std::clamp<int64_t>(rest, 0, static_cast<int64_t>(most)));
}

bool Move::wait_or(int fd, short events, int breaker) {
  pollfd entries[2] = {{fd, events, 0}, {breaker, POLLIN, 0}};
  int count = 0;
  do {
    count_call();
    count = poll(entries, 2, -1);
  } while (count < 0 && errno == EINTR);
  return entries[1].revents == 0;
}

Outcome Move::run() {
  for (const End& sink : sinks) {
    if (feeds_itself(*this, sink)) return {.same_file = true};
    if (unfit_sink(sink)) return {.declined = true};
  }
  switch (path) {
    case Path::copy_file_range:
      return copy_file(*this);
    case Path::sendfile:
      return send_file(*this);
    case Path::splice:
      return splice_through(*this);
    case Path::tee:
      return tee_to_all(*this);
    case Path::read_write:
      return is_regular(source) && is_regular(sinks[0]) ? copy_file(*this) : read_write(*this);
  }
  return {.declined = true};
}

void Move::close_ends() {
  source.fd.reset();
  sinks.clear();
}

bool declines(int error) {
  switch (error) {
    case EXDEV:
    case EINVAL:
    case ENOSYS:
    case EOPNOTSUPP:
    case EBADF:
    case ESPIPE:
    case ETXTBSY:
      return true;
    default:
      return false;
  }
}

Outcome failed(const Move& move, const char* syscall, int error) {
  const int64_t bytes = move.moved.load(std::memory_order_relaxed);
  if (bytes == 0 && declines(error)) return {.declined = true};
  return {.bytes = bytes, .error = error, .syscall = syscall};
}

}  // namespace camio::file
