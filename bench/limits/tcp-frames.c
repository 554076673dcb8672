// Limit: small messages behind a u32 length, collected before each write, parsed at the receiver.
// tcp-frames receive --size N --warm MS --time MS    |    tcp-frames send --at PORT --size N
#include "common.h"
#include <sys/epoll.h>

// Measured, 16 KiB to 1 MiB each way: what is written at once must be more than the receiver reads at once, or both ends wait
// for each other after every write (half the messages, and no two runs alike); what is read at once should stay in the cache.
enum { SEND_SIZE = 512 * 1024, READ_SIZE = 64 * 1024, SAMPLE = 4096 };

static int watch(int fd, uint32_t events) {
  int poller = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  struct epoll_event event = {.events = events};
  check(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  return poller;
}

static void wait_for(int poller) {
  struct epoll_event event;
  if (epoll_wait(poller, &event, 1, -1) < 0 && errno != EINTR) fail("epoll_wait");
}

static void check_message(const uint8_t *bytes, uint32_t length, uint32_t sequence) {
  uint32_t got;
  memcpy(&got, bytes, 4);
  if (got != sequence) wrong("sequence", got, sequence);
  if (sequence % SAMPLE != 0) return;
  for (uint32_t i = 1; i < length / 4; i++) {
    memcpy(&got, bytes + 4 * i, 4);
    if (got != sequence + i) wrong("payload word", got, sequence + i);
  }
}

/** Takes whole messages out of the buffer; answers the bytes used. */
static size_t parse(const uint8_t *bytes, size_t length, uint32_t size, uint32_t *sequence) {
  size_t used = 0;
  while (length - used >= 4) {
    uint32_t n;
    memcpy(&n, bytes + used, 4);
    if (n != size) wrong("length", n, size);
    if (length - used - 4 < n) break;
    check_message(bytes + used + 4, n, (*sequence)++);
    used += 4 + n;
  }
  return used;
}

static void receive(int argc, char **argv, uint32_t size) {
  int listener = listen_and_announce(1);
  int fd = accept_from(listener, SOCK_NONBLOCK);
  int poller = watch(fd, EPOLLIN);
  struct meter meter = meter_of(argc, argv);
  uint8_t *buffer = malloc(READ_SIZE);
  uint32_t sequence = 0;
  for (size_t have = 0;;) {
    ssize_t n = read(fd, buffer + have, READ_SIZE - have);
    if (n < 0 && errno == EAGAIN) {
      wait_for(poller);
      continue;
    }
    if (n <= 0) fail("read");
    have += (size_t)n;
    uint32_t before = sequence;
    size_t used = parse(buffer, have, size, &sequence);
    memmove(buffer, buffer + used, have - used);
    have -= used;
    meter_add(&meter, sequence - before);
  }
}

/** Writes as many messages as fit, each in place, word i of message n being n + i; answers the bytes filled. */
static size_t fill(uint8_t *buffer, uint32_t size, uint32_t *sequence) {
  size_t filled = 0;
  while (filled + 4 + size <= SEND_SIZE) {
    memcpy(buffer + filled, &size, 4);
    for (uint32_t i = 0; i < size / 4; i++) {
      uint32_t word = *sequence + i;
      memcpy(buffer + filled + 4 + 4 * i, &word, 4);
    }
    filled += 4 + size;
    (*sequence)++;
  }
  return filled;
}

static void send_forever(int port, uint32_t size) {
  int fd = connect_to(port);
  non_blocking(fd);
  int poller = watch(fd, EPOLLOUT);
  uint8_t *buffer = malloc(SEND_SIZE);
  for (uint32_t sequence = 0;;) {
    size_t filled = fill(buffer, size, &sequence);
    for (size_t done = 0; done < filled;) {
      ssize_t n = write(fd, buffer + done, filled - done);
      if (n >= 0) done += (size_t)n;
      else if (errno == EAGAIN) wait_for(poller);
      else fail("write");
    }
  }
}

int main(int argc, char **argv) {
  uint32_t size = (uint32_t)arg_int(argc, argv, "--size", 64);
  if (argc > 1 && strcmp(argv[1], "receive") == 0) receive(argc, argv, size);
  else send_forever(arg_port(argc, argv), size);
}
