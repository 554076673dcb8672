// One in-kernel copy from a source descriptor to sinks, run in a thread of its own.
#ifndef CAMIO_FILE_MOVE_H
#define CAMIO_FILE_MOVE_H

#include <camio/fd.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <vector>

namespace camio::file {

enum class Path : int { copy_file_range = 0, sendfile = 1, splice = 2, tee = 3, read_write = 4 };

// A descriptor of our own (a duplicate), so that closing the stream meanwhile harms nobody.
struct End {
  Fd fd;
  int64_t offset = -1;  // -1: the descriptor's own
};

struct Outcome {
  int64_t bytes = 0;  // that every sink took
  bool ended = false;
  // The kernel, or we, decline these descriptors: another path may do, or do better for what follows `bytes`.
  bool declined = false;
  // Source and sink are one file, and what is written would be read again.
  bool same_file = false;
  int error = 0;
  const char* syscall = "";
  int sink = -1;  // whose error it is, where that is known
  // Taken from a source that cannot be wound back, and not delivered: what follows the first `bytes`.
  std::vector<uint8_t> undelivered{};
};

class Move {
 public:
  Move(Path path, End source, std::vector<End> sinks, int64_t length);

  const Path path;
  End source;
  std::vector<End> sinks;
  const int64_t length;  // -1: to the end

  // Read by the JavaScript thread while the move runs.
  std::atomic<int64_t> moved{0};
  std::atomic<int64_t> system_calls{0};

  // Any thread: take no more from the source; what was taken is still delivered.
  void stop();
  // Any thread: end at once, also with what a sink has no room for: its stream closes, or the environment goes away.
  void abandon();

  Outcome run();
  // After `run`.
  void close_ends();

  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

  // Sleeps until `fd` has one of `events` or an error. false: `stop` was called.
  bool wait(int fd, short events) { return wait_or(fd, events, stop_.get()); }
  // For what was taken already: only `abandon` ends this.
  bool wait_to_deliver(int fd, short events) { return wait_or(fd, events, abandon_.get()); }

  void count_call() { system_calls.fetch_add(1, std::memory_order_relaxed); }
  // Bytes that may still be taken, at most `most`.
  size_t budget(size_t most) const;

 private:
  bool wait_or(int fd, short events, int breaker);

  Fd stop_;
  Fd abandon_;
  std::atomic<bool> stopping_{false};
};

// One file a path. Each is called once, in the move's thread.
Outcome copy_file(Move& move);
Outcome send_file(Move& move);
Outcome splice_through(Move& move);
Outcome tee_to_all(Move& move);
Outcome read_write(Move& move);

// Errors by which a system call says "not with these descriptors".
bool declines(int error);
// The outcome of a call that failed with errno.
Outcome failed(const Move& move, const char* syscall, int error);

}  // namespace camio::file

#endif
