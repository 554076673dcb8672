// splice(2): pages change hands between pipes, files and sockets. Where neither end is a pipe, one of our own stands between.
#include "move_splice.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "contest.h"
#include "ferry.h"
#include "pipe_pair.h"

namespace camio::file {
namespace {

constexpr size_t kPiece = 4 << 20;
// Out of a pipe: whoever writes it is woken while there is still something left in it, so that neither end waits for the other.
constexpr size_t kPipePiece = 256 << 10;
// Short transfers go one way only.
constexpr int64_t kBeforeContest = 16 << 20;

bool is_regular(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

bool is_pipe(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

bool has(int fd, short events) {
  pollfd entry{fd, events, 0};
  return poll(&entry, 1, 0) > 0;
}

ssize_t splice_once(Move& move, SpliceEnd& from, SpliceEnd& to, size_t length) {
  ssize_t count = 0;
  do {
    move.count_call();
    off_t* in = from.offset < 0 ? nullptr : &from.offset;
    off_t* out = to.offset < 0 ? nullptr : &to.offset;
    count = splice(from.fd, in, to.fd, out, length, SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE);
  } while (count < 0 && errno == EINTR);
  return count;
}

Outcome stopped_or_failed(Move& move) {
  if (errno == ECANCELED && move.stopping()) return {.bytes = move.moved};
  return failed(move, "splice", errno);
}

Outcome direct(Move& move, SpliceEnd from, SpliceEnd to) {
  const size_t piece = is_pipe(from.fd) ? kPipePiece : kPiece;
  if (is_pipe(from.fd)) widen(from.fd);
  if (is_pipe(to.fd)) widen(to.fd);
  while (const size_t want = move.budget(piece)) {
    if (move.stopping()) return {.bytes = move.moved};
    const ssize_t count = splice_some(move, from, to, want);
    if (count < 0) return stopped_or_failed(move);
    if (count == 0) break;
    move.moved.fetch_add(count, std::memory_order_relaxed);
  }
  return {.bytes = move.moved, .ended = true};
}

// A file system copies what is in a pipe's pages. Pages that a program wrote into the pipe come from another processor's cache, and
// reading them into a buffer that stays in ours costs less than splice(2), though it copies twice. Pages that were spliced into the
// pipe lie in memory, and splice costs less. Nobody can see which they are: after a while both are tried, and where reading is
// cheaper the rest is left to that path.
Outcome splice_to_file(Move& move, SpliceEnd from, SpliceEnd to) {
  widen(from.fd);
  Contest contest(kBeforeContest);
  std::optional<Ferry> ferry;
  while (const size_t want = move.budget(kPipePiece)) {
    if (move.stopping()) return {.bytes = move.moved};
    const bool by_ferry = contest.way() == Contest::second;
    if (by_ferry && contest.over()) return {.bytes = move.moved, .declined = true};
    if (by_ferry && !ferry) ferry.emplace(from.fd);
    const ssize_t count = by_ferry ? ferry->carry(move, to, want) : splice_some(move, from, to, want);
    if (count < 0 && by_ferry && !ferry->stopped()) return ferry->broken(move);
    if (count < 0) return stopped_or_failed(move);
    if (count == 0) break;
    move.moved.fetch_add(count, std::memory_order_relaxed);
    contest.count(count);
  }
  return {.bytes = move.moved, .ended = true};
}

Outcome through_own_pipe(Move& move, SpliceEnd from, SpliceEnd to) {
  PipePair pair;
  if (!pair.open()) return failed(move, "pipe2", errno);
  SpliceEnd entrance{pair.in.get()};
  while (const size_t want = move.budget(kPipeSize)) {
    if (move.stopping()) return {.bytes = move.moved};
    const ssize_t count = splice_some(move, from, entrance, want);
    if (count < 0) return stopped_or_failed(move);
    if (count == 0) break;
    size_t owed = static_cast<size_t>(count);
    const int error = splice_owed(move, pair.out.get(), to, &owed);
    move.moved.fetch_add(count - static_cast<ssize_t>(owed), std::memory_order_relaxed);
    // Something was taken by now: it is too late for another path, whatever the error.
    if (error != 0) {
      return give_back(move, from, pair.out.get(), owed,
                       {.bytes = move.moved, .error = error, .syscall = "splice", .sink = 0});
    }
  }
  return {.bytes = move.moved, .ended = true};
}

}  // namespace

ssize_t splice_some(Move& move, SpliceEnd& from, SpliceEnd& to, size_t length) {
  for (;;) {
    const ssize_t count = splice_once(move, from, to, length);
    if (count >= 0 || errno != EAGAIN) return count;
    const bool source_is_dry = !has(from.fd, POLLIN);
    if (!(source_is_dry ? move.wait(from.fd, POLLIN) : move.wait(to.fd, POLLOUT))) {
      errno = ECANCELED;
      return -1;
    }
  }
}

int splice_owed(Move& move, int from, SpliceEnd& to, size_t* owed) {
  SpliceEnd exit{from};
  while (*owed > 0) {
    const ssize_t count = splice_once(move, exit, to, *owed);
    if (count > 0) {
      *owed -= static_cast<size_t>(count);
    } else if (count < 0 && errno == EAGAIN) {
      if (!move.wait_to_deliver(to.fd, POLLOUT)) return ECANCELED;
    } else {
      return count == 0 ? EIO : errno;
    }
  }
  return 0;
}

Outcome give_back(Move& move, const SpliceEnd& source, int pipe, size_t owed, Outcome outcome) {
  // With an offset of its own the stream goes on behind the `bytes` that were delivered.
  if (source.offset >= 0 || lseek(source.fd, -static_cast<off_t>(owed), SEEK_CUR) >= 0) return outcome;
  outcome.undelivered.resize(owed);
  size_t kept = 0;
  while (kept < owed) {
    move.count_call();
    const ssize_t count = read(pipe, outcome.undelivered.data() + kept, owed - kept);
    if (count > 0) kept += static_cast<size_t>(count);
    else if (count == 0 || errno != EINTR) break;
  }
  outcome.undelivered.resize(kept);
  return outcome;
}

bool wait_for_source(Move& move) {
  return !is_pipe(move.source.fd.get()) || move.wait(move.source.fd.get(), POLLIN);
}

Outcome splice_through(Move& move) {
  if (!wait_for_source(move)) return {};
  const SpliceEnd from{move.source.fd.get(), move.source.offset};
  const SpliceEnd to{move.sinks[0].fd.get(), move.sinks[0].offset};
  if (is_pipe(from.fd) && is_regular(to.fd) && Ferry::can_read(from.fd)) return splice_to_file(move, from, to);
  return is_pipe(from.fd) || is_pipe(to.fd) ? direct(move, from, to) : through_own_pipe(move, from, to);
}

}  // namespace camio::file
