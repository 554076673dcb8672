// Many connections of which few are busy.
// tcp-idle echo --warm EVENTS --events N                 the limit: an epoll server; reports the CPU time an event cost it
// tcp-idle drive --at PORT --connections N --any 0|1      the load, the same for every server: batches of round trips until
//                                                        the server goes away, on the same few connections, or on any
#include "common.h"
#include <sys/epoll.h>

enum { SIZE = 64, AT_ONCE = 8, POLL = 256 };

static void allow_descriptors(void) {
  struct rlimit limit;
  check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

static void add(int poller, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  check(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static void count_event(long warm, long events) {
  static long seen;
  static double start;
  if (++seen == warm) start = cpu_seconds();
  if (seen < warm + events) return;
  printf("{\"micros\":%.4f}\n", (cpu_seconds() - start) * 1e6 / (double)events);
  exit(0);
}

static void echo(long warm, long events) {
  int listener = listen_and_announce(4096);
  int poller = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
  add(poller, listener);
  struct epoll_event ready[POLL];
  uint8_t message[SIZE];
  for (;;) {
    int n = check(epoll_wait(poller, ready, POLL, -1), "epoll_wait");
    for (int i = 0; i < n; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) {
        add(poller, accept_from(listener, SOCK_NONBLOCK));
        continue;
      }
      if (read(fd, message, SIZE) != SIZE || write(fd, message, SIZE) != SIZE) fail("echo");
      count_event(warm, events);
    }
  }
}

static uint32_t random_below(uint32_t n) {
  static uint32_t state = 2463534242u;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % n;
}

static void read_all(int fd, uint8_t *bytes) {
  for (size_t done = 0; done < SIZE;) {
    ssize_t n = read(fd, bytes + done, SIZE - done);
    if (n == 0 || (n < 0 && errno == ECONNRESET)) exit(0);
    if (n < 0) fail("read");
    done += (size_t)n;
  }
}

static void drive(int port, uint32_t connections, int any) {
  int *fds = malloc(sizeof *fds * connections);
  struct linger reset = {1, 0};
  for (uint32_t i = 0; i < connections; i++) {
    fds[i] = connect_to(port);
    no_delay(fds[i]);
    // no TIME_WAIT left behind: the rounds would run out of ports
    check(setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "SO_LINGER");
  }
  uint8_t message[SIZE] = {0};
  for (uint32_t sequence = 0;;) {
    uint32_t picked[AT_ONCE], first = any ? random_below(connections) : 0;
    for (uint32_t i = 0; i < AT_ONCE; i++) {
      // evenly apart, so that no connection is picked twice in a batch (there are at least AT_ONCE)
      picked[i] = (first + i * (connections / AT_ONCE)) % connections;
      uint32_t number = sequence + i;
      memcpy(message, &number, 4);
      if (write(fds[picked[i]], message, SIZE) != SIZE) exit(0);
    }
    for (uint32_t i = 0; i < AT_ONCE; i++, sequence++) {
      uint32_t got;
      read_all(fds[picked[i]], message);
      memcpy(&got, message, 4);
      if (got != sequence) wrong("sequence", got, sequence);
    }
  }
}

int main(int argc, char **argv) {
  allow_descriptors();
  if (argc > 1 && strcmp(argv[1], "echo") == 0) echo(arg_int(argc, argv, "--warm", 1000), arg_int(argc, argv, "--events", 10000));
  else drive(arg_port(argc, argv), (uint32_t)arg_int(argc, argv, "--connections", 10),
             (int)arg_int(argc, argv, "--any", 0));
}
