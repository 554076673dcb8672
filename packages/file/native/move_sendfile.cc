// sendfile(2): from a file to a socket or a character device.
#include <poll.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cerrno>

#include "move.h"

namespace camio::file {
namespace {

// Between two looks at whether to stop.
constexpr size_t kPiece = 4 << 20;

}  // namespace

Outcome send_file(Move& move) {
  const int in = move.source.fd.get();
  const End& sink = move.sinks[0];
  off_t at = move.source.offset;
  while (size_t want = move.budget(kPiece)) {
    if (move.stopping()) return {.bytes = move.moved};
    move.count_call();
    const ssize_t count = sendfile(sink.fd.get(), in, at < 0 ? nullptr : &at, want);
    if (count > 0) {
      move.moved.fetch_add(count, std::memory_order_relaxed);
    } else if (count == 0) {
      break;
    } else if (errno == EAGAIN) {
      if (!move.wait(sink.fd.get(), POLLOUT)) return {.bytes = move.moved};
    } else if (errno != EINTR) {
      return failed(move, "sendfile", errno);
    }
  }
  return {.bytes = move.moved, .ended = true};
}

}  // namespace camio::file
