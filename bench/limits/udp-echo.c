// Limit: a round trip of one datagram, both ends asleep in recv().
// udp-echo echo --size N    |    udp-echo ping --at PORT --size N --warm ROUNDS --rounds N   (prints the median in us)
#include "rounds.h"

static size_t size;

static int udp_socket(void) { return check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"); }

static void echo(void) {
  int fd = udp_socket();
  bind_to_free_port(fd);
  announce_port(fd);
  uint8_t *message = malloc(size);
  for (;;) {
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, message, size, 0, (struct sockaddr *)&from, &length);
    if (n != (ssize_t)size || sendto(fd, message, size, 0, (struct sockaddr *)&from, length) != n) fail("echo");
  }
}

struct pinger {
  int fd;
  uint8_t *message;
};

static uint32_t trip(void *context, uint32_t sequence) {
  struct pinger *pinger = context;
  memcpy(pinger->message, &sequence, sizeof sequence);
  if (send(pinger->fd, pinger->message, size, 0) != (ssize_t)size) fail("send");
  if (recv(pinger->fd, pinger->message, size, 0) != (ssize_t)size) fail("recv");
  memcpy(&sequence, pinger->message, sizeof sequence);
  return sequence;
}

static void ping(int argc, char **argv) {
  struct pinger pinger = {udp_socket(), calloc(1, size)};
  struct sockaddr_in address = loopback(arg_port(argc, argv));
  check(connect(pinger.fd, (struct sockaddr *)&address, sizeof address), "connect");
  time_rounds(argc, argv, trip, &pinger);
}

int main(int argc, char **argv) {
  size = (size_t)arg_int(argc, argv, "--size", 64);
  if (argc > 1 && strcmp(argv[1], "echo") == 0) echo();
  else ping(argc, argv);
}
