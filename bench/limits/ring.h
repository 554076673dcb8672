// Messages through a ring in memory that two processes share: one writer, one reader, positions that only grow (and wrap at 2^32).
// A message is a 32-bit length and its bytes, rounded up to 8, never cut at the ring's end: a length of -1 says "go on at the start".
// What the other end publishes is cached and read again only when it does not suffice; both publish in batches.
#pragma once
#include "common.h"
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>

// Measured, 64 KiB to 16 MiB: what fits into the second-level cache is best for small messages, and large ones do not mind.
enum { LINE = 128, HEADER = 4, PADDING = -1, PUBLISH_MESSAGES = 64, PUBLISH_BYTES = 16 * 1024 };

struct ring {
  _Alignas(LINE) _Atomic uint32_t written;
  _Alignas(LINE) _Atomic uint32_t read;
  // The other end sleeps until this changes: one futex for each direction.
  _Alignas(LINE) _Atomic uint32_t reader_sleeps;
};

/** One end of a ring, with what it knows. */
struct end {
  struct ring *ring;
  uint8_t *data;
  uint32_t size, position, published, other, messages;
};

static inline size_t ring_bytes(uint32_t size) { return sizeof(struct ring) + size; }

static inline struct end end_of(uint8_t *memory, uint32_t size) {
  return (struct end){.ring = (struct ring *)memory, .data = memory + sizeof(struct ring), .size = size};
}

/** Who spins would not notice that nobody is there any more. */
static inline void end_with_parent(void) { check(prctl(PR_SET_PDEATHSIG, SIGKILL), "PR_SET_PDEATHSIG"); }

/** Memory for the other process, announced as a path: nothing of it is left behind. */
static inline uint8_t *share_memory(size_t bytes) {
  end_with_parent();
  int fd = check(memfd_create("ring", MFD_CLOEXEC), "memfd_create");
  check(ftruncate(fd, (off_t)bytes), "ftruncate");
  uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (memory == MAP_FAILED) fail("mmap");
  printf("{\"at\":\"/proc/%d/fd/%d\"}\n", getpid(), fd);
  fflush(stdout);
  return memory;
}

static inline uint8_t *join_memory(const char *path, size_t bytes) {
  end_with_parent();
  int fd = check(open(path, O_RDWR | O_CLOEXEC), path);
  uint8_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (memory == MAP_FAILED) fail("mmap");
  return memory;
}

static inline void relax(void) {
#if defined __x86_64__
  __builtin_ia32_pause();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

// ------------------------------------------------------------------------------------------------------------ writer

static inline void publish_written(struct end *w) {
  if (w->published == w->position) return;
  w->published = w->position;
  w->messages = 0;
  atomic_store_explicit(&w->ring->written, w->position, memory_order_release);
}

/** Room for a message, or NULL; what was written before is published then. */
static inline uint8_t *claim(struct end *w, uint32_t length) {
  uint32_t need = (HEADER + length + 7) & ~7u, at = w->position & (w->size - 1), rest = w->size - at;
  uint32_t padding = rest < need ? rest : 0;
  if (w->size - (w->position - w->other) < need + padding) {
    w->other = atomic_load_explicit(&w->ring->read, memory_order_acquire);
    if (w->size - (w->position - w->other) < need + padding) {
      publish_written(w);
      return NULL;
    }
  }
  if (padding) {
    *(int32_t *)(w->data + at) = PADDING;
    w->position += padding;
    at = 0;
  }
  *(uint32_t *)(w->data + at) = length;
  return w->data + at + HEADER;
}

static inline void commit(struct end *w, uint32_t length) {
  w->position += (HEADER + length + 7) & ~7u;
  if (++w->messages == PUBLISH_MESSAGES || w->position - w->published >= PUBLISH_BYTES) publish_written(w);
}

// ------------------------------------------------------------------------------------------------------------ reader

static inline void publish_read(struct end *r) {
  if (r->published == r->position) return;
  r->published = r->position;
  atomic_store_explicit(&r->ring->read, r->position, memory_order_release);
}

/** The next message, or NULL; what was read before is given back then. */
static inline const uint8_t *next(struct end *r, uint32_t *length) {
  for (;;) {
    if (r->position == r->other) {
      publish_read(r);
      r->other = atomic_load_explicit(&r->ring->written, memory_order_acquire);
      if (r->position == r->other) return NULL;
    }
    uint32_t at = r->position & (r->size - 1);
    int32_t n = *(int32_t *)(r->data + at);
    if (n != PADDING) {
      *length = (uint32_t)n;
      return r->data + at + HEADER;
    }
    r->position += r->size - at;
  }
}

static inline void release(struct end *r, uint32_t length) {
  r->position += (HEADER + length + 7) & ~7u;
  if (r->position - r->published >= r->size / 4) publish_read(r);
}
