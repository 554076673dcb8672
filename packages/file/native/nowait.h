#pragma once
// preadv2(2) and pwritev2(2) with RWF_NOWAIT, by the bare system calls: musl has them since 1.2.5 only.

#include <linux/fs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace camio::file {

// The kernel takes a position as two words, of which a 64-bit one ignores the second.
inline ssize_t read_nowait(int fd, const iovec* pieces, int count, int64_t position) {
  return syscall(SYS_preadv2, fd, pieces, count, static_cast<long>(position), static_cast<long>(position >> 32), RWF_NOWAIT);
}

inline ssize_t write_nowait(int fd, const iovec* pieces, int count, int64_t position) {
  return syscall(SYS_pwritev2, fd, pieces, count, static_cast<long>(position), static_cast<long>(position >> 32), RWF_NOWAIT);
}

}  // namespace camio::file
