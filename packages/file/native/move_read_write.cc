// From a pipe to a regular file with read(2) and write(2). Not less work than splice(2), which hands the pipe's pages to the file
// system, but often less time: see splice_to_file.
#include <cerrno>

#include "ferry.h"
#include "pipe_pair.h"

namespace camio::file {

Outcome read_write(Move& move) {
  const int from = move.source.fd.get();
  if (!Ferry::can_read(from)) return {.declined = true};
  if (!wait_for_source(move)) return {};
  SpliceEnd to{move.sinks[0].fd.get(), move.sinks[0].offset};
  widen(from);
  Ferry ferry(from);
  while (const size_t want = move.budget(kFerrySize)) {
    if (move.stopping()) return {.bytes = move.moved};
    const ssize_t count = ferry.carry(move, to, want);
    if (count < 0 && ferry.stopped()) return {.bytes = move.moved};
    if (count < 0) return ferry.broken(move);
    if (count == 0) break;
    move.moved.fetch_add(count, std::memory_order_relaxed);
  }
  return {.bytes = move.moved, .ended = true};
}

}  // namespace camio::file
