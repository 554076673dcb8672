// A pipe of our own between two descriptors that cannot be spliced directly: what is in it was taken and is owed.
#ifndef CAMIO_FILE_PIPE_PAIR_H
#define CAMIO_FILE_PIPE_PAIR_H

#include <camio/fd.h>
#include <fcntl.h>

#include <cstddef>

namespace camio::file {

// Large enough to make system calls rare; what an unprivileged process may have (/proc/sys/fs/pipe-max-size).
constexpr int kPipeSize = 1 << 20;

// Wider pipes mean fewer wake-ups. Refused (EPERM) when the user has many: the size stays then.
inline void widen(int pipe_fd) {
  if (fcntl(pipe_fd, F_GETPIPE_SZ) < kPipeSize) fcntl(pipe_fd, F_SETPIPE_SZ, kPipeSize);
}

struct PipePair {
  Fd out;
  Fd in;

  bool open() {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    out.reset(fds[0]);
    in.reset(fds[1]);
    widen(fds[0]);
    return true;
  }
};

}  // namespace camio::file

#endif
