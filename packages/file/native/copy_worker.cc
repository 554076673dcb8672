#include "copy_worker.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
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

  const char* failing() const override { return "copy_file_range"; }

 private:
  Move& move_;
  const CopyPlace place_;
};

class BufferWorker : public CopyWorker {
 public:
  BufferWorker(Move& move, const CopyPlace& place) : move_(move), place_(place) {}

  ssize_t copy(int64_t at, size_t length) override {
    size_t done = 0;
    while (done < length) {
      const ssize_t count = carry(at + static_cast<int64_t>(done), std::min(length - done, buffer_.size()));
      if (count < 0 && done == 0) return -1;
      if (count <= 0) break;
      done += static_cast<size_t>(count);
    }
    return static_cast<ssize_t>(done);
  }

  const char* failing() const override { return failing_; }

 private:
  // A file system takes memory for what one write(2) brings in one piece. Up to 32 KiB the kernel has such pieces at hand for each
  // processor; larger ones it cuts out of memory that a virtual machine may have given back to its host.
  static constexpr size_t kPiece = 32 << 10;

  // What was read and not written is still in the source: nothing is lost.
  ssize_t carry(int64_t at, size_t length) {
    failing_ = "read";
    const ssize_t taken = complete(move_, [&] { return pread(place_.in, buffer_.data(), length, place_.from + at); });
    if (taken <= 0) return taken;
    failing_ = "write";
    const ssize_t given =
        complete(move_, [&] { return pwrite(place_.out, buffer_.data(), static_cast<size_t>(taken), place_.to + at); });
    if (given != 0) return given;
    errno = EIO;
    return -1;
  }

  Move& move_;
  const CopyPlace place_;
  const char* failing_ = "read";
  alignas(4096) std::array<uint8_t, kPiece> buffer_;
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
    if (start % sysconf(_SC_PAGESIZE) != 0) return by_fallback(at, length);
    uint8_t* target = window_.at(move_, out_.get(), start, length);
    if (target == nullptr) return by_fallback(at, length);
    failing_ = "read";
    // The kernel writes to the mapping: a page that cannot be had is an EFAULT, not a signal.
    const ssize_t count = complete(move_, [&] { return pread(place_.in, target, length, place_.from + at); });
    if (count < 0 && errno == EFAULT) return by_fallback(at, length);
    return count;
  }

  const char* failing() const override { return failing_; }

 private:
  ssize_t by_fallback(int64_t at, size_t length) {
    const ssize_t count = fallback_->copy(at, length);
    failing_ = fallback_->failing();
    return count;
  }

  Move& move_;
  const CopyPlace place_;
  const Fd out_;
  const std::unique_ptr<CopyWorker> fallback_;
  Window window_;
  const char* failing_ = "read";
};

}  // namespace

std::unique_ptr<CopyWorker> range_worker(Move& move, const CopyPlace& place) {
  return std::make_unique<RangeWorker>(move, place);
}

std::unique_ptr<CopyWorker> buffer_worker(Move& move, const CopyPlace& place) {
  return std::make_unique<BufferWorker>(move, place);
}

// A shared mapping is readable too, for which the shell's `> file` was not opened.
std::unique_ptr<CopyWorker> map_worker(Move& move, const CopyPlace& place, std::unique_ptr<CopyWorker> fallback) {
  Fd out(open(("/proc/self/fd/" + std::to_string(place.out)).c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!out) return nullptr;
  return std::make_unique<MapWorker>(move, place, std::move(out), std::move(fallback));
}

}  // namespace camio::file
