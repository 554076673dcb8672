// Limit: a blocking round trip. Both ends sleep in read().
// tcp-echo echo --size N    |    tcp-echo ping --at PORT --size N --warm ROUNDS --rounds N   (prints the median in us)
#include "rounds.h"

static void read_all(int fd, uint8_t *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = read(fd, bytes + done, length - done);
    if (n == 0) exit(0);
    if (n < 0) fail("read");
    done += (size_t)n;
  }
}

static void write_all(int fd, const uint8_t *bytes, size_t length) {
  if (write(fd, bytes, length) != (ssize_t)length) fail("write");
}

static void echo(size_t size) {
  int fd = accept_from(listen_and_announce(1), 0);
  no_delay(fd);
  uint8_t *message = malloc(size);
  for (;;) {
    read_all(fd, message, size);
    write_all(fd, message, size);
  }
}

struct pinger {
  int fd;
  uint8_t *message;
  size_t size;
};

static uint32_t trip(void *context, uint32_t sequence) {
  struct pinger *pinger = context;
  memcpy(pinger->message, &sequence, sizeof sequence);
  write_all(pinger->fd, pinger->message, pinger->size);
  read_all(pinger->fd, pinger->message, pinger->size);
  memcpy(&sequence, pinger->message, sizeof sequence);
  return sequence;
}

static void ping(int argc, char **argv, size_t size) {
  struct pinger pinger = {connect_to(arg_port(argc, argv)), calloc(1, size), size};
  no_delay(pinger.fd);
  time_rounds(argc, argv, trip, &pinger);
}

int main(int argc, char **argv) {
  size_t size = (size_t)arg_int(argc, argv, "--size", 64);
  if (argc > 1 && strcmp(argv[1], "echo") == 0) echo(size);
  else ping(argc, argv, size);
}
