// One splice(2), with the waiting around it; shared by the splice and the tee path.
#ifndef CAMIO_FILE_MOVE_SPLICE_H
#define CAMIO_FILE_MOVE_SPLICE_H

#include <cstdint>

#include "move.h"

namespace camio::file {

// `offset` -1: the descriptor's own, or none. Moves on with every byte.
struct SpliceEnd {
  int fd;
  int64_t offset = -1;
};

// Bytes moved, 0 at the source's end, -1 with errno. EAGAIN is waited for; `stop` answers -1 with ECANCELED.
ssize_t splice_some(Move& move, SpliceEnd& from, SpliceEnd& to, size_t length);

// Delivers the `*owed` bytes that lie in the pipe `from`, whatever `stop` says; counts them down. 0, or errno.
int splice_owed(Move& move, int from, SpliceEnd& to, size_t* owed);

// `outcome` with what a failed sink left in a pipe of our own: `owed` bytes. The source is wound back by them or, where that cannot
// be, they come with the outcome.
Outcome give_back(Move& move, const SpliceEnd& source, int pipe, size_t owed, Outcome outcome);

// A FIFO that nobody writes yet is not at its end: waits for the first byte or the last writer's leaving.
bool wait_for_source(Move& move);

}  // namespace camio::file

#endif
