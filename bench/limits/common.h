// What the C limits share: arguments, the clock, sockets, the meter that every receiver reports with.
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static inline void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static inline void wrong(const char *what, uint64_t got, uint64_t expected) {
  fprintf(stderr, "%s: got %llu, expected %llu\n", what, (unsigned long long)got, (unsigned long long)expected);
  exit(1);
}

static inline int check(int result, const char *what) {
  if (result < 0) fail(what);
  return result;
}

static inline int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline const char *arg_text(int argc, char **argv, const char *name, const char *fallback) {
  for (int i = 1; i + 1 < argc; i++)
    if (strcmp(argv[i], name) == 0) return argv[i + 1];
  return fallback;
}

static inline long arg_int(int argc, char **argv, const char *name, long fallback) {
  const char *text = arg_text(argc, argv, name, NULL);
  return text ? atol(text) : fallback;
}

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/** Listens on a free port and announces it to the runner, as text that the other end gets as --at. */
static inline int listen_and_announce(int backlog) {
  int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  check(bind(fd, (struct sockaddr *)&address, size), "bind");
  check(listen(fd, backlog), "listen");
  check(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
  printf("{\"at\":\"%d\"}\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

/** No pacing between two ends of one host, whatever the system's congestion control: it is a memory copy. */
static inline void unpaced(int fd) { check(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), "TCP_CONGESTION"); }

static inline int accept_from(int listener, int flags) {
  int fd = check(accept4(listener, NULL, NULL, flags | SOCK_CLOEXEC), "accept");
  unpaced(fd);
  return fd;
}

static inline int connect_to(int port) {
  int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  struct sockaddr_in address = loopback(port);
  check(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
  unpaced(fd);
  return fd;
}

static inline void no_delay(int fd) {
  int one = 1;
  check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "TCP_NODELAY");
}

static inline void non_blocking(int fd) {
  check(fcntl(fd, F_SETFL, check(fcntl(fd, F_GETFL), "F_GETFL") | O_NONBLOCK), "F_SETFL");
}

/** Byte `i` of every payload; the first four bytes of a message hold its sequence number instead. */
static inline uint8_t pattern_byte(uint32_t i) { return (uint8_t)(i * 31 + (i >> 8)); }

/** Counts messages: nothing for `warm` ms after the first one, then for `time` ms. */
struct meter {
  int64_t warm, time, begin, start;
  uint64_t messages;
};

static inline struct meter meter_of(int argc, char **argv) {
  struct meter m = {arg_int(argc, argv, "--warm", 300) * 1000000, arg_int(argc, argv, "--time", 1000) * 1000000, 0, 0, 0};
  return m;
}

/** Adds messages; prints the report and leaves the process when the time is over. */
static inline void meter_add(struct meter *m, uint64_t messages) {
  int64_t now = now_ns();
  if (m->begin == 0) m->begin = now;
  if (m->start == 0) {
    if (now - m->begin >= m->warm) m->start = now;
    return;
  }
  m->messages += messages;
  if (now - m->start < m->time) return;
  printf("{\"messages\":%llu,\"seconds\":%.9f}\n", (unsigned long long)m->messages, (double)(now - m->start) / 1e9);
  fflush(stdout);
  exit(0);
}
