// copy_file_range(2) between two regular files. Large copies into a growing file run in two threads, which take the next few MiB
// in turn: the kernel prepares the pages of one while it fills those of the other. Holes stay holes.
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "move.h"
#include "thread.h"

namespace camio::file {
namespace {

constexpr int64_t kStep = 4 << 20;
// Below this a second thread costs more than it gains.
constexpr int64_t kWorthTwo = 64 << 20;
constexpr int64_t kWhole = std::numeric_limits<int64_t>::max();

struct Halt {
  int64_t at = kWhole;  // the first byte, from the copy's start, that was not copied
  int error = 0;        // 0: stopped, or the source ended there
};

class Copy {
 public:
  explicit Copy(Move& move) : move_(move), in_(move.source.fd.get()), out_(move.sinks[0].fd.get()) {}

  Outcome run() {
    if (!look()) return {.declined = true};
    prepare();
    const Halt halt = known_part();
    const int64_t done = std::min(halt.at, known_);
    finish(done);
    Outcome outcome = halt.at < known_ ? halted(halt) : beyond(done);
    keep_positions(outcome.bytes);
    return outcome;
  }

 private:
  bool look() {
    struct stat from {};
    struct stat to {};
    if (fstat(in_, &from) != 0 || fstat(out_, &to) != 0) return false;
    // Files of /proc say that they are empty; a really empty one is no work for anybody.
    if (!S_ISREG(from.st_mode) || !S_ISREG(to.st_mode) || from.st_size == 0) return false;
    from_ = move_.source.offset >= 0 ? move_.source.offset : lseek(in_, 0, SEEK_CUR);
    to_ = move_.sinks[0].offset >= 0 ? move_.sinks[0].offset : lseek(out_, 0, SEEK_CUR);
    known_ = std::max<int64_t>(0, from.st_size - from_);
    if (move_.length >= 0) known_ = std::min(known_, move_.length);
    size_before_ = to.st_size;
    growing_ = to.st_size <= to_;
    sparse_ = growing_ && from.st_blocks * 512 < from.st_size;
    return true;
  }

  // Blocks in one piece make the copy faster on disks. On tmpfs it would only clear pages that are overwritten next.
  void prepare() {
    struct statfs system {};
    if (!growing_ || sparse_ || known_ < kStep || fstatfs(out_, &system) != 0 || system.f_type == TMPFS_MAGIC) return;
    move_.count_call();
    // It may fail: the copy says then whether there is a problem.
    preallocated_ = fallocate(out_, FALLOC_FL_KEEP_SIZE, to_, known_) == 0;
  }

  Halt known_part() {
    Halt other;
    Thread helper;
    // Where no more threads are to be had one does it.
    if (growing_ && known_ >= kWorthTwo && uv_available_parallelism() > 1) helper.start([&] { other = steps(); });
    const Halt own = steps();
    helper.join();
    return own.at <= other.at ? own : other;
  }

  // Copies one step after the other until none is left. Whoever halts makes the others halt too.
  Halt steps() {
    for (;;) {
      const int64_t start = next_.fetch_add(kStep);
      if (start >= known_) return {};
      const Halt halt = step(start, std::min(start + kStep, known_));
      if (halt.at == kWhole) continue;
      next_.store(kWhole / 2);
      return halt;
    }
  }

  Halt step(int64_t at, int64_t end) {
    while (at < end) {
      if (move_.stopping()) return {at, 0};
      const int64_t data = sparse_ ? next_data(at, end) : at;
      move_.moved.fetch_add(data - at, std::memory_order_relaxed);
      at = data;
      if (at >= end) break;
      const ssize_t count = copy_once(at, static_cast<size_t>(end - at));
      if (count < 0) return {at, errno};
      if (count == 0) return {at, 0};
      at += count;
      move_.moved.fetch_add(count, std::memory_order_relaxed);
    }
    return {};
  }

  ssize_t copy_once(int64_t at, size_t length) {
    ssize_t count = 0;
    do {
      off_t in = from_ + at;
      off_t out = to_ + at;
      move_.count_call();
      count = copy_file_range(in_, &in, out_, &out, length, 0);
    } while (count < 0 && errno == EINTR);
    return count;
  }

  // Where the next data are, `end` if there is only a hole before it.
  int64_t next_data(int64_t at, int64_t end) {
    move_.count_call();
    const off_t found = lseek(in_, from_ + at, SEEK_DATA);
    if (found < 0) return errno == ENXIO ? end : at;
    return std::clamp<int64_t>(found - from_, at, end);
  }

  // Makes the file end where the copy does: after a final hole, and when a thread was ahead of one that halted.
  void finish(int64_t done) {
    move_.moved.store(done, std::memory_order_relaxed);
    if (!growing_) return;
    struct stat now {};
    const int64_t size = done == 0 ? size_before_ : std::max(size_before_, to_ + done);
    if (fstat(out_, &now) == 0 && (now.st_size != size || (preallocated_ && done < known_))) {
      move_.count_call();
      [[maybe_unused]] const int ignored = ftruncate(out_, size);
    }
  }

  Outcome halted(const Halt& halt) {
    if (halt.error != 0) return failed(move_, "copy_file_range", halt.error);
    return {.bytes = halt.at, .ended = !move_.stopping()};
  }

  // What was appended to the source since the copy began, until it says that it ends.
  Outcome beyond(int64_t done) {
    while (move_.budget(kStep) > 0) {
      if (move_.stopping()) return {.bytes = done};
      const ssize_t count = copy_once(done, move_.budget(kStep));
      if (count < 0) return failed(move_, "copy_file_range", errno);
      if (count == 0) break;
      done += count;
      move_.moved.fetch_add(count, std::memory_order_relaxed);
    }
    return {.bytes = done, .ended = true};
  }

  // Whoever shares a descriptor finds its position where reading and writing would have left it.
  void keep_positions(int64_t bytes) {
    if (move_.source.offset < 0) lseek(in_, from_ + bytes, SEEK_SET);
    if (move_.sinks[0].offset < 0) lseek(out_, to_ + bytes, SEEK_SET);
  }

  Move& move_;
  const int in_;
  const int out_;
  int64_t from_ = 0;
  int64_t to_ = 0;
  int64_t known_ = 0;  // bytes that were there at the start
  int64_t size_before_ = 0;
  bool growing_ = false;
  bool sparse_ = false;
  bool preallocated_ = false;
  std::atomic<int64_t> next_{0};
};

}  // namespace

Outcome copy_ranges(Move& move) { return Copy(move).run(); }

}  // namespace camio::file
