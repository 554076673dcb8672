#include "copy_worker.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace camio::file {
namespace {

// Repeats an interrupted call; counts every one.
template <class Call>
ssize_t complete(Move& move, Call call) {
  ssize_t count = 0;
  do {
    move.count_call();
    count = call();
  } while (count < 0 && errno == EINTR);
  return count;
}

class RangeWorker : public CopyWorker {
 public:
  RangeWorker(Move& move, const CopyPlace& place) : move_(move), place_(place) {}

  ssize_t copy(int64_t at, size_t length) override {
    return complete(move_, [&] {
      off_t in = place_.from + at;
      off_t out = place_.to + at;
      return copy_file_range(place_.in, &in, place_.out, &out, length, 0);
    });
  }

 private:
  Move& move_;
  const CopyPlace place_;
};

class PipeWorker : public CopyWorker {
 public:
  PipeWorker(Move& move, const CopyPlace& place) : move_(move), place_(place) {}

  bool open() { return pipe_.open(); }

  ssize_t copy(int64_t at, size_t length) override {
    if (error_ != 0) return fail();
    const ssize_t taken = take(at, std::min<size_t>(length, kPipeSize));
    if (taken <= 0) return taken;
    const auto given = static_cast<ssize_t>(give(at, static_cast<size_t>(taken)));
    return given > 0 ? given : fail();
  }

 private:
  ssize_t fail() {
    errno = error_;
    return -1;
  }

  ssize_t take(int64_t at, size_t length) {
    off_t in = place_.from + at;
    return complete(move_, [&] { return splice(place_.in, &in, pipe_.in.get(), nullptr, length, SPLICE_F_MOVE); });
  }

  // What stays in the pipe after an error is still in the source: nothing is lost, but the pipe is of no more use.
  size_t give(int64_t at, size_t length) {
    off_t out = place_.to + at;
    size_t given = 0;
    while (given < length) {
      const ssize_t count = complete(
          move_, [&] { return splice(pipe_.out.get(), nullptr, place_.out, &out, length - given, SPLICE_F_MOVE); });
      if (count <= 0) {
        error_ = count < 0 ? errno : EIO;
        break;
      }
      given += static_cast<size_t>(count);
    }
    return given;
  }

  Move& move_;
  const CopyPlace place_;
  PipePair pipe_;
  int error_ = 0;
};

// The part of the sink that is mapped, in the thread that fills it.
class Window {
 public:
  Window() = default;
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() { close(); }

  // Where the range lies in memory, `nullptr` if it cannot be mapped. `start` is a multiple of the page size; what is not in the file
  // yet may be mapped too.
  uint8_t* at(Move& move, int fd, int64_t start, size_t length) {
    const auto end = start + static_cast<int64_t>(length);
    if (base_ == nullptr || start < start_ || end > start_ + static_cast<int64_t>(size_)) {
      close();
      if (!open(move, fd, start, std::max(length, kWindow))) return nullptr;
    }
    return base_ + (start - start_);
  }

 private:
  // Each unmapping stops the other thread for a moment: both processors must forget the pages.
  static constexpr size_t kWindow = 64 << 20;

  bool open(Move& move, int fd, int64_t start, size_t size) {
    move.count_call();
    void* base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, start);
    if (base == MAP_FAILED) return false;
    base_ = static_cast<uint8_t*>(base);
    start_ = start;
    size_ = size;
    return true;
  }

  void close() {
    if (base_ != nullptr) munmap(std::exchange(base_, nullptr), size_);
  }

  uint8_t* base_ = nullptr;
  int64_t start_ = 0;
  size_t size_ = 0;
};

class MapWorker : public CopyWorker {
 public:
  MapWorker(Move& move, const CopyPlace& place, Fd out, std::unique_ptr<CopyWorker> fallback)
      : move_(move), place_(place), out_(std::move(out)), fallback_(std::move(fallback)) {}

  ssize_t copy(int64_t at, size_t length) override {
    const int64_t start = place_.to + at;
    if (start % sysconf(_SC_PAGESIZE) != 0) return fallback_->copy(at, length);
    if (!reach(start + static_cast<int64_t>(length))) return -1;
    uint8_t* target = window_.at(move_, out_.get(), start, length);
    if (target == nullptr) return fallback_->copy(at, length);
    // The kernel writes to the mapping: a page that cannot be had is an EFAULT, not a signal.
    const ssize_t count = complete(move_, [&] { return pread(place_.in, target, length, place_.from + at); });
    if (count < 0 && errno == EFAULT) return fallback_->copy(at, length);
    return count;
  }

 private:
  // Makes the file long enough, and no longer: whoever kills us must not find a file of the right size with nothing in it.
  // Unlike ftruncate this cannot cut off what the other thread wrote meanwhile, and the byte is one that we write next.
  bool reach(int64_t end) {
    return complete(move_, [&] { return pwrite(out_.get(), "", 1, end - 1); }) == 1;
  }

  Move& move_;
  const CopyPlace place_;
  const Fd out_;
  const std::unique_ptr<CopyWorker> fallback_;
  Window window_;
};

}  // namespace

std::unique_ptr<CopyWorker> range_worker(Move& move, const CopyPlace& place) {
  return std::make_unique<RangeWorker>(move, place);
}

std::unique_ptr<CopyWorker> pipe_worker(Move& move, const CopyPlace& place) {
  auto worker = std::make_unique<PipeWorker>(move, place);
  if (!worker->open()) return nullptr;
  return worker;
}

// A shared mapping is readable too, for which the shell's `> file` was not opened.
std::unique_ptr<CopyWorker> map_worker(Move& move, const CopyPlace& place, std::unique_ptr<CopyWorker> fallback) {
  Fd out(open(("/proc/self/fd/" + std::to_string(place.out)).c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!out) return nullptr;
  return std::make_unique<MapWorker>(move, place, std::move(out), std::move(fallback));
}

}  // namespace camio::file
