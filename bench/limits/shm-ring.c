// Limit: messages of `--size` bytes through rings in shared memory, both ends spinning.
// shm-ring receive --size N --streams N --warm MS --time MS
// shm-ring send --at PATH --size N --streams N --busy N --how copied|placed
#include "message.h"
#include "ring.h"

enum { BATCH = 1024, BURST = 64 };

struct lane {
  struct end end;
  uint32_t sequence;
};

static uint32_t ring_size, streams, busy;

static struct lane *lanes_in(uint8_t *memory) {
  struct lane *lanes = calloc(streams, sizeof *lanes);
  for (uint32_t i = 0; i < streams; i++) lanes[i].end = end_of(memory + i * ring_bytes(ring_size), ring_size);
  return lanes;
}

/** What is at hand, up to a batch. */
static uint32_t read_batch(struct lane *lane, const struct format *format) {
  uint32_t count = 0, length;
  const uint8_t *message;
  while (count < BATCH && (message = next(&lane->end, &length))) {
    check_message(format, message, length, lane->sequence++);
    release(&lane->end, length);
    count++;
  }
  return count;
}

static void receive(int argc, char **argv, const struct format *format) {
  struct lane *lanes = lanes_in(share_memory(streams * ring_bytes(ring_size)));
  struct meter meter = meter_of(argc, argv);
  for (;;) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < streams; i++) count += read_batch(&lanes[i], format);
    if (count > 0) meter_add(&meter, count);
    else relax();
  }
}

/** Out of line, so that a message that is to be copied is first made, in memory of its own. */
__attribute__((noinline)) static int write_copy(struct end *end, const uint8_t *message, uint32_t length) {
  uint8_t *room = claim(end, length);
  if (!room) return 0;
  if (length == WORDS_UP_TO) memcpy(room, message, WORDS_UP_TO);
  else memcpy(room, message, length);
  commit(end, length);
  return 1;
}

static int write_placed(struct end *end, const struct format *format, uint32_t sequence) {
  uint8_t *room = claim(end, format->size);
  if (!room) return 0;
  write_message(format, room, sequence);
  commit(end, format->size);
  return 1;
}

static uint8_t *own;

static int write_one(struct lane *lane, const struct format *format, int copied) {
  if (!copied) return write_placed(&lane->end, format, lane->sequence);
  if (format->size > WORDS_UP_TO) memcpy(own, &lane->sequence, 4);
  else write_message(format, own, lane->sequence);
  return write_copy(&lane->end, own, format->size);
}

static void send_forever(const char *at, const struct format *format, int copied) {
  struct lane *lanes = lanes_in(join_memory(at, streams * ring_bytes(ring_size)));
  own = malloc(format->size);
  write_message(format, own, 0);
  for (;;) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < busy; i++)
      for (uint32_t j = 0; j < BURST && write_one(&lanes[i], format, copied); j++, count++) lanes[i].sequence++;
    if (count == 0) relax();
  }
}

int main(int argc, char **argv) {
  struct format format = format_of(argc, argv);
  ring_size = (uint32_t)arg_int(argc, argv, "--ring", 1 << 20);
  streams = (uint32_t)arg_int(argc, argv, "--streams", 1);
  busy = (uint32_t)arg_int(argc, argv, "--busy", streams);
  // The largest message is half a ring.
  while (ring_size < 2 * (format.size + 16)) ring_size *= 2;
  if (argc > 1 && strcmp(argv[1], "receive") == 0) receive(argc, argv, &format);
  else send_forever(arg_text(argc, argv, "--at", ""), &format, strcmp(arg_text(argc, argv, "--how", "placed"), "copied") == 0);
}
