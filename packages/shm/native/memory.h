// Anonymous files in memory (memfd_create(2)), sealed so that whoever maps one cannot be hurt by whoever made it: its size is fixed,
// and touching a page never raises SIGBUS.
#ifndef CAMIO_SHM_MEMORY_H
#define CAMIO_SHM_MEMORY_H

#include <camio/fd.h>

#include <cstddef>
#include <memory>
#include <utility>

#include "close_elsewhere.h"

namespace camio::shm {

// A mapping. It lives until neither its slot nor an ArrayBuffer holds it.
class Region {
 public:
  // Null with errno set. `shared`: writes are seen by the others; else they are this mapping's own.
  static std::shared_ptr<Region> map(int fd, size_t length, bool shared);
  Region(void* address, size_t length) : address_(address), length_(length) {}
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;
  ~Region();

  void* address() const { return address_; }
  size_t length() const { return length_; }
  // Lets go of the shared memory while JavaScript may still hold views of it: they read zeros from now on.
  void blank();

 private:
  void* address_;
  size_t length_;
};

// One file, and what of it is mapped here.
struct Memory {
  Memory(Fd fd_, bool foreign_) : fd(std::move(fd_)), foreign(foreign_) {}
  Memory(Memory&&) noexcept = default;
  ~Memory() { forget(); }
  // Closes the descriptor. A stranger's that was never mapped may be anything.
  void forget() {
    if (foreign && region == nullptr) close_elsewhere(std::move(fd));
    fd.reset();
  }

  Fd fd;
  bool foreign;
  std::shared_ptr<Region> region;
};

// How a memory is mapped; src/binding.ts has the same numbers.
enum class Mapped {
  kOwn = 0,         // made here
  kReceived = 1,    // a peer's: checked before it is touched
  kPrivately = 2,   // a peer's, to look at: what is written stays here
};

// Answers a file of `length` zero bytes that can neither shrink nor grow. Invalid with errno set.
Fd make_memory(size_t length);
// Nobody can map it writably any more, except where that is done already.
bool seal_writes(int fd);
// Nobody can add another seal.
bool seal_seals(int fd);
// Is `fd` such a file, made by anybody? 0 or an errno.
int check_memory(int fd, size_t length);

}  // namespace camio::shm

#endif
