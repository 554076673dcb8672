// Limit: a blocking round trip. Both ends sleep in read().
// tcp-echo echo --size N    |    tcp-echo ping --at PORT --size N --warm ROUNDS --rounds N   (prints the median in us)
#include "common.h"

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

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static int64_t round_trip(int fd, uint8_t *message, size_t size, uint32_t sequence) {
  int64_t start = now_ns();
  memcpy(message, &sequence, sizeof sequence);
  write_all(fd, message, size);
  read_all(fd, message, size);
  int64_t elapsed = now_ns() - start;
  uint32_t got;
  memcpy(&got, message, sizeof got);
  if (got != sequence) wrong("sequence", got, sequence);
  return elapsed;
}

static void ping(int port, size_t size, long warm, long rounds) {
  int fd = connect_to(port);
  no_delay(fd);
  uint8_t *message = calloc(1, size);
  int64_t *times = malloc(sizeof *times * (size_t)rounds);
  for (long i = 0; i < warm; i++) round_trip(fd, message, size, (uint32_t)i);
  for (long i = 0; i < rounds; i++) times[i] = round_trip(fd, message, size, (uint32_t)(warm + i));
  qsort(times, (size_t)rounds, sizeof *times, ascending);
  printf("{\"micros\":%.3f}\n", (double)times[rounds / 2] / 1e3);
}

int main(int argc, char **argv) {
  size_t size = (size_t)arg_int(argc, argv, "--size", 64);
  if (argc > 1 && strcmp(argv[1], "echo") == 0) echo(size);
  else ping((int)arg_int(argc, argv, "--at", 0), size, arg_int(argc, argv, "--warm", 500), arg_int(argc, argv, "--rounds", 5000));
}
