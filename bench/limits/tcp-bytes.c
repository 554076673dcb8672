// Limit: messages of `--size` bytes over a byte stream, non-blocking sockets and epoll at both ends.
// tcp-bytes receive --size N --warm MS --time MS    |    tcp-bytes send --at PORT --size N
#include "common.h"
#include <sys/epoll.h>

// Small reads stay in the cache between the kernel's copy and the check: faster than large ones.
enum { READ_SIZE = 32 * 1024, SAMPLE = 64 };

static uint8_t *pattern;

static void make_pattern(size_t size) {
  pattern = malloc(size);
  for (size_t i = 0; i < size; i++) pattern[i] = pattern_byte((uint32_t)i);
}

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

/** Checks `length` bytes at `offset` of message `sequence`: its number always, all of it on a sample. */
static void check_part(const uint8_t *bytes, size_t offset, size_t length, uint32_t sequence) {
  size_t i = 0;
  for (; i < length && offset + i < 4; i++) {
    uint8_t expected = (uint8_t)(sequence >> (8 * (offset + i)));
    if (bytes[i] != expected) wrong("sequence byte", bytes[i], expected);
  }
  if (sequence % SAMPLE == 0 && memcmp(bytes + i, pattern + offset + i, length - i) != 0) wrong("payload", sequence, 0);
}

/** Checks one chunk of the stream and answers how many messages ended in it. */
static uint64_t check_chunk(const uint8_t *bytes, size_t length, size_t size, uint64_t *position) {
  uint64_t first = *position / size;
  for (size_t i = 0; i < length;) {
    size_t offset = *position % size;
    size_t part = size - offset < length - i ? size - offset : length - i;
    check_part(bytes + i, offset, part, (uint32_t)(*position / size));
    *position += part;
    i += part;
  }
  return *position / size - first;
}

static void receive(int argc, char **argv, size_t size) {
  int listener = listen_and_announce(1);
  int fd = accept_from(listener, SOCK_NONBLOCK);
  int poller = watch(fd, EPOLLIN);
  struct meter meter = meter_of(argc, argv);
  uint8_t *buffer = malloc(READ_SIZE);
  uint64_t position = 0;
  for (;;) {
    ssize_t n = read(fd, buffer, READ_SIZE);
    if (n > 0) meter_add(&meter, check_chunk(buffer, (size_t)n, size, &position));
    else if (n < 0 && errno == EAGAIN) wait_for(poller);
    else fail("read");
  }
}

static void write_all(int fd, int poller, const uint8_t *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = write(fd, bytes + done, length - done);
    if (n >= 0) done += (size_t)n;
    else if (errno == EAGAIN) wait_for(poller);
    else fail("write");
  }
}

static void send_forever(int port, size_t size) {
  int fd = connect_to(port);
  non_blocking(fd);
  int poller = watch(fd, EPOLLOUT);
  uint8_t *message = malloc(size);
  memcpy(message, pattern, size);
  for (uint32_t sequence = 0;; sequence++) {
    memcpy(message, &sequence, sizeof sequence);
    write_all(fd, poller, message, size);
  }
}

int main(int argc, char **argv) {
  size_t size = (size_t)arg_int(argc, argv, "--size", 65536);
  make_pattern(size);
  if (argc > 1 && strcmp(argv[1], "receive") == 0) receive(argc, argv, size);
  else send_forever(arg_port(argc, argv), size);
}
