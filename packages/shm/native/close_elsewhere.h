// Closing what came from a stranger. The last close(2) of a descriptor can block for as long as whoever made it likes: a TCP socket with
// SO_LINGER and unsent data, a file of a FUSE server that does not answer. No event loop may wait for that.
#ifndef CAMIO_SHM_CLOSE_ELSEWHERE_H
#define CAMIO_SHM_CLOSE_ELSEWHERE_H

#include <camio/fd.h>

namespace camio::shm {

// Closes it in a thread that is there for that only. Returns at once.
void close_elsewhere(Fd fd);

// Closes a unix socket: here if its queue is empty. Else there may be descriptors in it, which are closed with it. Where one listens, its
// name is free when this returns, unless there were no descriptors left to turn away who waits.
void close_socket(Fd fd);

}  // namespace camio::shm

#endif
