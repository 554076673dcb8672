// What the limits of Ethernet share: an interface, a header, and messages behind it.
#pragma once
#include "message.h"
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/mman.h>

/** To everybody, from nobody in particular, of a type for local experiments; two bytes more, so that the message is aligned. */
enum { FRAME_HEADER = ETH_HLEN + 2 };
static const uint8_t HEADER[FRAME_HEADER] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};

static inline int interface_of(int argc, char **argv) {
  int index = (int)if_nametoindex(arg_text(argc, argv, "--interface", "lo"));
  if (index == 0) fail("--interface");
  return index;
}

static inline void write_frame(const struct format *format, uint8_t *room, uint32_t sequence) {
  memcpy(room, HEADER, sizeof HEADER);
  write_message(format, room + FRAME_HEADER, sequence);
}

/** Frames are numbered: what is missing was lost. What was lost before the first one says nothing. */
static inline uint64_t check_frame(const struct format *format, const uint8_t *bytes, uint32_t length, int64_t *expected) {
  if (length < FRAME_HEADER + 4) wrong("length", length, FRAME_HEADER + format->size);
  uint32_t sequence = number_of(bytes + FRAME_HEADER), lost = *expected < 0 ? 0 : sequence - (uint32_t)*expected;
  if ((int32_t)lost < 0) wrong("sequence", sequence, (uint32_t)*expected);
  check_message(format, bytes + FRAME_HEADER, length - FRAME_HEADER, sequence);
  *expected = (uint32_t)(sequence + 1);
  return lost;
}

/** Tells the runner that the other end may come, and the interface as a URI of `scheme`: it is named alike at both ends. */
static inline void announce_ready(int argc, char **argv, const char *scheme) {
  printf("{\"at\":\"%s:%s\"}\n", scheme, arg_text(argc, argv, "--interface", "lo"));
  fflush(stdout);
}

static inline void wait_for(int fd, short events) {
  struct pollfd one = {fd, events, 0};
  if (poll(&one, 1, -1) < 0 && errno != EINTR) fail("poll");
}

static inline void *map_shared(int fd, size_t length, off_t offset) {
  void *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
  if (at == MAP_FAILED) fail("mmap");
  return at;
}
