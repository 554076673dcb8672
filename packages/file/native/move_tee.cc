// tee(2): one source to several sinks. A round takes some bytes into a pipe, doubles them for all sinks but the last, delivers each
// double and gives the last sink the bytes themselves: user space copies nothing, and all sinks are equally far after a round.
#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "move_splice.h"
#include "pipe_pair.h"

namespace camio::file {
namespace {

class Tee {
 public:
  explicit Tee(Move& move) : move_(move), from_{move.source.fd.get(), move.source.offset} {
    for (const End& sink : move.sinks) sinks_.push_back({sink.fd.get(), sink.offset});
  }

  Outcome run() {
    if (!open_pipes()) return failed(move_, "pipe2", errno);
    while (move_.budget(kPipeSize) > 0) {
      if (move_.stopping()) return {.bytes = move_.moved};
      const ssize_t count = take();
      if (count == 0) return {.bytes = move_.moved, .ended = true};
      if (count < 0 && errno == ECANCELED) return {.bytes = move_.moved};
      if (count < 0) return failed(move_, "splice", errno);
      int sink = 0;
      size_t owed = static_cast<size_t>(count);
      const int error = deliver(&owed, &sink);
      move_.moved.fetch_add(count - static_cast<ssize_t>(owed), std::memory_order_relaxed);
      if (error != 0) {
        return give_back(move_, from_, through_.out.get(), owed,
                         {.bytes = move_.moved, .error = error, .syscall = "tee", .sink = sink});
      }
    }
    return {.bytes = move_.moved, .ended = true};
  }

 private:
  bool open_pipes() {
    doubles_.resize(sinks_.size() - 1);
    for (PipePair& pair : doubles_)
      if (!pair.open()) return false;
    return through_.open() && fit();
  }

  // A double must have a place for each of the pipe's buffers; the user's limit may have kept one of them small.
  bool fit() {
    int least = fcntl(through_.out.get(), F_GETPIPE_SZ);
    for (const PipePair& pair : doubles_) least = std::min(least, fcntl(pair.out.get(), F_GETPIPE_SZ));
    return fcntl(through_.out.get(), F_SETPIPE_SZ, least) == least;
  }

  ssize_t take() {
    SpliceEnd entrance{through_.in.get()};
    return splice_some(move_, from_, entrance, move_.budget(kPipeSize));
  }

  // 0, or the errno of the sink that `index` says; `owed` is then what not every sink took, and lies in our pipe.
  int deliver(size_t* owed, int* index) {
    for (size_t i = 0; i < doubles_.size(); ++i, ++*index) {
      const int error = deliver_double(doubles_[i], sinks_[i], *owed);
      if (error != 0) return error;
    }
    return splice_owed(move_, through_.out.get(), sinks_.back(), owed);
  }

  int deliver_double(PipePair& pair, SpliceEnd& sink, size_t length) {
    move_.count_call();
    const ssize_t count = tee(through_.out.get(), pair.in.get(), length, SPLICE_F_NONBLOCK);
    if (count < 0) return errno;
    if (static_cast<size_t>(count) != length) return EIO;
    return splice_owed(move_, pair.out.get(), sink, &length);
  }

  Move& move_;
  SpliceEnd from_;
  std::vector<SpliceEnd> sinks_;
  PipePair through_;
  std::vector<PipePair> doubles_;
};

}  // namespace

Outcome tee_to_all(Move& move) {
  if (!wait_for_source(move)) return {};
  return Tee(move).run();
}

}  // namespace camio::file
