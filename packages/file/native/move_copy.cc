// From one regular file to another. Large copies into a growing file run in two threads, which take the next few MiB in turn. Holes
// stay holes. Which system calls are fastest depends on the file system: see `workers`.
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <limits>

#include "copy_worker.h"
#include "thread.h"

namespace camio::file {
namespace {

constexpr int64_t kStep = 4 << 20;
// How far one thread may be ahead of the other. With a step it is what may be unfilled before the end of the file if the process is
// killed now: 16 MiB. It is this wide because a thread that loses its processor for some milliseconds must not stop the other one.
constexpr int64_t kLead = 3 * kStep;
// Below this a second thread costs more than it gains.
constexpr int64_t kWorthTwo = 64 << 20;
constexpr int64_t kWhole = std::numeric_limits<int64_t>::max();

enum Which : size_t { kFirst, kSecond };

struct Halt {
  int64_t at = kWhole;  // the first byte, from the copy's start, that was not copied
  int error = 0;        // 0: stopped, or the source ended there
  const char* syscall = "";
};

class Copy {
 public:
  explicit Copy(Move& move) : move_(move), in_(move.source.fd.get()), out_(move.sinks[0].fd.get()) {}

  Outcome run() {
    if (!look() || (move_.path == Path::copy_file_range && emulated_)) return {.declined = true};
    choose_workers();
    reserve();
    const Halt halt = known_part();
    const int64_t done = std::min(halt.at, known_);
    finish(done);
    const Outcome outcome = halt.at < known_ ? halted(halt) : beyond(done);
    keep_positions(outcome.bytes);
    return outcome;
  }

 private:
  bool look() {
    struct stat from {};
    struct stat to {};
    struct statfs system {};
    if (fstat(in_, &from) != 0 || fstat(out_, &to) != 0 || fstatfs(out_, &system) != 0) return false;
    // Files of /proc say that they are empty; a really empty one is no work for anybody.
    if (!S_ISREG(from.st_mode) || !S_ISREG(to.st_mode) || from.st_size == 0) return false;
    from_ = move_.source.offset >= 0 ? move_.source.offset : lseek(in_, 0, SEEK_CUR);
    to_ = move_.sinks[0].offset >= 0 ? move_.sinks[0].offset : lseek(out_, 0, SEEK_CUR);
    known_ = std::max<int64_t>(0, from.st_size - from_);
    if (move_.length >= 0) known_ = std::min(known_, move_.length);
    size_before_ = to.st_size;
    growing_ = to.st_size <= to_;
    sparse_ = growing_ && from.st_blocks * 512 < from.st_size;
    tmpfs_ = system.f_type == TMPFS_MAGIC;
    emulated_ = system.f_type == EXT4_SUPER_MAGIC || (tmpfs_ && from.st_dev != to.st_dev);
    return true;
  }

  // copy_file_range does best where the file system implements it, and within one tmpfs. ext4 leaves it to the kernel's emulation,
  // which reading and writing beats, and between two file systems it fails: it is declined there, and the path that reads and writes
  // comes next. On tmpfs two writers would only wait for each other, so the second thread fills the mapped file instead.
  void choose_workers() {
    const CopyPlace place{in_, out_, from_, to_};
    const bool two = growing_ && known_ >= kWorthTwo && uv_available_parallelism() > 1;
    const auto worker = [&] {
      return move_.path == Path::read_write ? buffer_worker(move_, place) : range_worker(move_, place);
    };
    first_ = worker();
    if (!two) return;
    if (tmpfs_) second_ = map_worker(move_, place, worker());
    else if (move_.path == Path::read_write) second_ = worker();
  }

  // On disks blocks in one piece make the copy faster; on tmpfs reserving would only clear pages that are overwritten next. It may
  // fail: the copy says then whether there is a problem. The file's length stays: it never says more than was copied, but for the
  // steps that are under way.
  void reserve() {
    if (!growing_ || known_ < kStep || tmpfs_ || sparse_) return;
    move_.count_call();
    reserved_ = fallocate(out_, FALLOC_FL_KEEP_SIZE, to_, known_) == 0;
  }

  Halt known_part() {
    Halt other;
    Thread helper;
    // Where no thread is to be had one does it all.
    if (second_ != nullptr) helper.start([&] { other = steps(kSecond); });
    const Halt own = steps(kFirst);
    helper.join();
    return own.at <= other.at ? own : other;
  }

  // Copies one step after the other until none is left. Whoever halts makes the other halt too.
  Halt steps(Which which) {
    CopyWorker& worker = which == kFirst ? *first_ : *second_;
    Halt halt;
    while (halt.at == kWhole) {
      const int64_t start = next_step(which);
      if (start >= known_) break;
      halt = step(worker, start, std::min(start + kStep, known_));
      if (halt.at != kWhole) next_.store(kWhole / 2);
    }
    set_busy(which, kWhole);
    return halt;
  }

  // The next step's start, once the other thread is not too far behind it.
  int64_t next_step(Which which) {
    // Published before the step is taken, so that the other never thinks us further than we are.
    set_busy(which, next_.load());
    const int64_t start = next_.fetch_add(kStep);
    set_busy(which, start);
    auto& other = busy_[which == kFirst ? kSecond : kFirst];
    for (int64_t at = other.load(); at < start - kLead && start < known_; at = other.load()) other.wait(at);
    return start;
  }

  void set_busy(Which which, int64_t start) {
    busy_[which].store(start);
    busy_[which].notify_one();
  }

  Halt step(CopyWorker& worker, int64_t at, int64_t end) {
    while (at < end) {
      if (move_.stopping()) return {at};
      const int64_t data = sparse_ ? next_data(at, end) : at;
      move_.moved.fetch_add(data - at, std::memory_order_relaxed);
      at = data;
      if (at >= end) break;
      if (second_ != nullptr) reach(end);
      const ssize_t count = worker.copy(at, static_cast<size_t>(end - at));
      if (count < 0) return {at, errno, worker.failing()};
      if (count == 0) return {at};
      at += count;
      move_.moved.fetch_add(count, std::memory_order_relaxed);
    }
    return {};
  }

  // Makes the file long enough for a step, and no longer: whoever kills us must not find a file of the right size with nothing in it.
  // A mapping needs that, and a disk's file system notes a new length once, not with every write. Unlike ftruncate this cannot cut off
  // what the other thread wrote meanwhile, and the byte is one that is copied next. Where it fails the copy says why.
  void reach(int64_t end) {
    move_.count_call();
    [[maybe_unused]] const ssize_t ignored = pwrite(out_, "", 1, to_ + end - 1);
  }

  // Where the next data are, `end` if there is only a hole before it.
  int64_t next_data(int64_t at, int64_t end) {
    move_.count_call();
    const off_t found = lseek(in_, from_ + at, SEEK_DATA);
    if (found < 0) return errno == ENXIO ? end : at;
    return std::clamp<int64_t>(found - from_, at, end);
  }

  // Makes the file end where the copy does: after a final hole, and when a thread was ahead of one that halted. What somebody else
  // appended meanwhile stays. Truncating to the present length gives reserved blocks back.
  void finish(int64_t done) {
    move_.moved.store(done, std::memory_order_relaxed);
    if (!growing_) return;
    struct stat now {};
    const int64_t size = done == 0 ? size_before_ : std::max(size_before_, to_ + done);
    if (fstat(out_, &now) != 0) return;
    const bool halted = done < known_;
    const bool ahead = halted && second_ != nullptr && now.st_size <= to_ + known_;
    const int64_t end = ahead ? size : std::max<int64_t>(size, now.st_size);
    if (now.st_size == end && !(reserved_ && halted)) return;
    move_.count_call();
    [[maybe_unused]] const int ignored = ftruncate(out_, end);
  }

  Outcome halted(const Halt& halt) {
    if (halt.error != 0) return failed(move_, halt.syscall, halt.error);
    return {.bytes = halt.at, .ended = !move_.stopping()};
  }

  // What was appended to the source since the copy began, until it says that it ends.
  Outcome beyond(int64_t done) {
    while (const size_t want = move_.budget(kStep)) {
      if (move_.stopping()) return {.bytes = done};
      const ssize_t count = first_->copy(done, want);
      if (count < 0) return failed(move_, first_->failing(), errno);
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
  bool tmpfs_ = false;
  bool emulated_ = false;  // no file system does copy_file_range here
  bool reserved_ = false;
  std::unique_ptr<CopyWorker> first_;
  std::unique_ptr<CopyWorker> second_;
  std::atomic<int64_t> next_{0};
  // The step that each thread is at, or before; kWhole while it is at none.
  std::array<std::atomic<int64_t>, 2> busy_{kWhole, kWhole};
};

}  // namespace

Outcome copy_file(Move& move) { return Copy(move).run(); }

}  // namespace camio::file
