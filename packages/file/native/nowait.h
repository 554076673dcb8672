#pragma once
// preadv2(2) and pwritev2(2) with RWF_NOWAIT, by the bare system calls: musl has them since 1.2.5 only.

#include <linux/fs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace camio::file {

// The kernel takes a position as two words, of which a 64-bit one ignores the second. Emulators and sandboxes may lack the whole call,
// which to the callers is the same as a flag that is not known: EOPNOTSUPP.
inline ssize_t transfer_nowait(long call, int fd, const iovec* pieces, int count, int64_t position) {
  const ssize_t done =
      syscall(call, fd, pieces, count, static_cast<long>(position), static_cast<long>(position >> 32), RWF_NOWAIT);
  if (done < 0 && errno == ENOSYS) errno = EOPNOTSUPP;
  return done;
}

inline ssize_t read_nowait(int fd, const iovec* pieces, int count, int64_t position) {
  return transfer_nowait(SYS_preadv2, fd, pieces, count, position);
}

inline ssize_t write_nowait(int fd, const iovec* pieces, int count, int64_t position) {
  return transfer_nowait(SYS_pwritev2, fd, pieces, count, position);
}

}  // namespace camio::file
