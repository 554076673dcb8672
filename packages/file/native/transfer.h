// System calls that move bytes between a descriptor and memory without blocking the JavaScript thread.
#ifndef CAMIO_FILE_TRANSFER_H
#define CAMIO_FILE_TRANSFER_H

#include <napi.h>

namespace camio::file {

// What keeps a call from blocking; src/binding.ts has the same numbers.
enum class How : int {
  plain = 0,   // the descriptor never blocks by itself: O_NONBLOCK on a description of our own, or memory behind it
  nowait = 1,  // RWF_NOWAIT: answers EAGAIN where the page cache would have to wait for a disk, or a pipe for its peer
  socket = 2,  // MSG_DONTWAIT: sockets that other processes use too
  look = 3,    // poll(2) first: terminals and old kernels' pipes that could not be opened anew
};

// JavaScript:
//   read(fd, bytes, offset, length, position, how)            -> bytes read, 0 at the end, -errno
//   write(fd, bytes, offset, length, second, position, how)   -> bytes written, -errno; `second` bytes from 0 follow
//   duplicate(fd)                                             -> a descriptor of our own
//   lock(fd)                                                  -> 0, -errno (EWOULDBLOCK: somebody else has it)
//   hungUp(fd)                                                -> has the last writer of this pipe left?
// `position` -1 is the descriptor's own.
void export_transfer(Napi::Env env, Napi::Object exports);

}  // namespace camio::file

#endif
