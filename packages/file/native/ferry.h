// One read(2) and the write(2) that follows, through a buffer that stays in the processor's cache.
#ifndef CAMIO_FILE_FERRY_H
#define CAMIO_FILE_FERRY_H

#include <cstddef>
#include <cstdint>
#include <vector>

#include "move.h"
#include "move_splice.h"

namespace camio::file {

// Larger ones fall out of the cache between the two calls, smaller ones make more calls and wake-ups.
constexpr size_t kFerrySize = 256 << 10;

class Ferry {
 public:
  // A read(2) that blocks, because somebody else emptied the pipe first, would be out of our reach. Asked for systems that cannot be
  // told so with each read.
  static bool can_read(int from);

  explicit Ferry(int from) : from_(from) {}

  // Takes up to `length` bytes from the pipe and delivers them all, whatever `stop` says. Bytes delivered, 0 at the source's end, -1
  // with errno; `stop` before anything was taken is ECANCELED. EAGAIN is waited for.
  ssize_t carry(Move& move, SpliceEnd& to, size_t length);

  // After an error of `carry`: was it `stop`, with nothing taken?
  bool stopped() const;

  // After another: what went wrong, with what was taken and not delivered. Counts what was delivered before.
  Outcome broken(Move& move);

 private:
  ssize_t take(Move& move, size_t length);
  bool give(Move& move, SpliceEnd& to);

  const int from_;
  // Filled here, so that nobody waits for its pages later.
  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(kFerrySize);
  size_t given_ = 0;
  size_t taken_ = 0;
};

}  // namespace camio::file

#endif
