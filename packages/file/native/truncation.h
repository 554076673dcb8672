// Touching a mapped page that the file has lost raises SIGBUS (mmap(2)). For mappings guarded here it puts an empty page in its
// place and takes a note; for any other address it does what was done before.
#ifndef CAMIO_FILE_TRUNCATION_H
#define CAMIO_FILE_TRUNCATION_H

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace camio::file {

// One slot of a table of the process, read by the signal handler in whatever thread the fault is: atomics without locks only.
struct TruncationGuard {
  // 0: free, 1: being filled.
  std::atomic<uintptr_t> start{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> hit{false};

  // `nullptr` when the table is full. The first call installs the handler.
  static TruncationGuard* acquire(void* address, size_t length);
  void release();
};

}  // namespace camio::file

#endif
