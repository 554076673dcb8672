// Ways to copy a range of one regular file into another; each thread of a copy has a worker of its own.
#ifndef CAMIO_FILE_COPY_WORKER_H
#define CAMIO_FILE_COPY_WORKER_H

#include <camio/fd.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "move.h"

namespace camio::file {

// Where the copy's byte 0 lies in each file.
struct CopyPlace {
  int in;
  int out;
  int64_t from;
  int64_t to;
};

class CopyWorker {
 public:
  virtual ~CopyWorker() = default;
  // Copies some of [at, at + length). Bytes copied, 0 at the source's end, -1 with errno; never interrupted.
  virtual ssize_t copy(int64_t at, size_t length) = 0;
  // The system call that failed.
  virtual const char* failing() const = 0;
};

// copy_file_range(2): shares blocks or copies on the server where the file system can.
std::unique_ptr<CopyWorker> range_worker(Move& move, const CopyPlace& place);

// pread(2) and pwrite(2), 32 KiB at a time: see docs/decisions/0009.
std::unique_ptr<CopyWorker> buffer_worker(Move& move, const CopyPlace& place);

// pread(2) into the mapped sink. Slower than writing, but writers take turns at the file's lock, which this does not need: on tmpfs
// it is what a second thread can do beside a first one that writes. What the mapping cannot take (a full disk, a file that is too
// short) is left to `fallback`. `nullptr` where the sink cannot be mapped.
std::unique_ptr<CopyWorker> map_worker(Move& move, const CopyPlace& place, std::unique_ptr<CopyWorker> fallback);

}  // namespace camio::file

#endif
