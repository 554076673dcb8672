// Limit: a round trip through two rings, spinning, or asleep on a futex.
// shm-echo echo --park 0|1    |    shm-echo ping --at PATH --park 0|1 --warm ROUNDS --rounds N --together N   (prints the median in us)
#include "message.h"
#include "ring.h"
#include "rounds.h"
#include <linux/futex.h>
#include <sys/syscall.h>

enum { SIZE = 1 << 16 };

static int park;

static void futex(_Atomic uint32_t *word, int operation, uint32_t value) {
  if (syscall(SYS_futex, word, operation, value, NULL, NULL, 0) < 0 && errno != EAGAIN && errno != EINTR) fail("futex");
}

static void write_one(struct end *w, const struct format *format, uint32_t sequence) {
  write_message(format, claim(w, format->size), sequence);
  commit(w, format->size);
  publish_written(w);
  if (!park) return;
  // Published first, then looked whether somebody sleeps: the sleeper does it the other way round.
  atomic_thread_fence(memory_order_seq_cst);
  if (atomic_load(&w->ring->reader_sleeps) && atomic_exchange(&w->ring->reader_sleeps, 0))
    futex(&w->ring->reader_sleeps, FUTEX_WAKE, 1);
}

static void sleep_until_written(struct end *r) {
  atomic_store(&r->ring->reader_sleeps, 1);
  if (atomic_load(&r->ring->written) != r->position) atomic_store(&r->ring->reader_sleeps, 0);
  else futex(&r->ring->reader_sleeps, FUTEX_WAIT, 1);
}

static uint32_t read_one(struct end *r, const struct format *format) {
  uint32_t length;
  const uint8_t *message;
  while (!(message = next(r, &length)))
    if (park) sleep_until_written(r);
    else relax();
  uint32_t sequence = number_of(message);
  check_message(format, message, length, sequence);
  release(r, length);
  return sequence;
}

static void echo(const struct format *format) {
  uint8_t *memory = share_memory(2 * ring_bytes(SIZE));
  struct end in = end_of(memory, SIZE), out = end_of(memory + ring_bytes(SIZE), SIZE);
  for (;;) write_one(&out, format, read_one(&in, format));
}

struct pinger {
  struct end out, in;
  const struct format *format;
};

static uint32_t trip(void *context, uint32_t sequence) {
  struct pinger *pinger = context;
  write_one(&pinger->out, pinger->format, sequence);
  return read_one(&pinger->in, pinger->format);
}

static void ping(int argc, char **argv, const struct format *format) {
  uint8_t *memory = join_memory(arg_text(argc, argv, "--at", ""), 2 * ring_bytes(SIZE));
  struct pinger pinger = {end_of(memory, SIZE), end_of(memory + ring_bytes(SIZE), SIZE), format};
  time_rounds(argc, argv, trip, &pinger);
}

int main(int argc, char **argv) {
  struct format format = format_of(argc, argv);
  park = (int)arg_int(argc, argv, "--park", 0);
  if (argc > 1 && strcmp(argv[1], "echo") == 0) echo(&format);
  else ping(argc, argv, &format);
}
