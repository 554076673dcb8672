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
#include <sys/resource.h>
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

/** Seconds of CPU time that this process took so far, in user space and in the kernel. */
static inline double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
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

/** The port in what the other end announced, be it the bare port or a URI. */
static inline int arg_port(int argc, char **argv) {
  const char *at = arg_text(argc, argv, "--at", "0"), *colon = strrchr(at, ':');
  return atoi(colon ? colon + 1 : at);
}

static inline struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static inline void bind_to_free_port(int fd) {
  struct sockaddr_in address = loopback(0);
  check(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
}

/** Tells the runner the port, as text that the other end gets as --at. */
static inline void announce_port(int fd) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  check(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
  printf("{\"at\":\"%d\"}\n", ntohs(address.sin_port));
  fflush(stdout);
}

static inline int listen_and_announce(int backlog) {
  int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  bind_to_free_port(fd);
  check(listen(fd, backlog), "listen");
  announce_port(fd);
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

/** Counts messages, and those that were lost: nothing for `warm` ms after the first one, then for `time` ms. */
struct meter {
  int64_t warm, time, begin, start;
  uint64_t messages, lost;
  double cpu;
};

static inline struct meter meter_of(int argc, char **argv) {
  struct meter m = {arg_int(argc, argv, "--warm", 300) * 1000000, arg_int(argc, argv, "--time", 1000) * 1000000, 0, 0, 0, 0, 0};
  return m;
}

/** Adds messages. @returns the nanoseconds counted when the time is over, otherwise 0 */
static inline int64_t meter_counts(struct meter *m, uint64_t messages, uint64_t lost) {
  int64_t now = now_ns();
  if (m->begin == 0) m->begin = now;
  if (m->start == 0) {
    if (now - m->begin < m->warm) return 0;
    m->start = now;
    m->cpu = cpu_seconds();
    return 0;
  }
  m->messages += messages;
  m->lost += lost;
  return now - m->start < m->time ? 0 : now - m->start;
}

static inline void meter_tell(const struct meter *m, int64_t ns) {
  printf("{\"messages\":%llu,\"lost\":%llu,\"seconds\":%.9f,\"cpu\":%.6f}\n", (unsigned long long)m->messages,
         (unsigned long long)m->lost, (double)ns / 1e9, cpu_seconds() - m->cpu);
  fflush(stdout);
}

/** Adds messages; prints the report and leaves the process when the time is over. */
static inline void meter_add_lossy(struct meter *m, uint64_t messages, uint64_t lost) {
  int64_t ns = meter_counts(m, messages, lost);
  if (ns == 0) return;
  meter_tell(m, ns);
  exit(0);
}

static inline void meter_add(struct meter *m, uint64_t messages) { meter_add_lossy(m, messages, 0); }

/** A sender's: reports once, earlier than the receiver, and lets it go on. */
static inline struct meter sender_meter_of(int argc, char **argv) {
  struct meter m = meter_of(argc, argv);
  m.time = m.time * 4 / 5;
  return m;
}

static inline void sender_meter_add(struct meter *m, uint64_t messages) {
  if (m->time == 0) return;
  int64_t ns = meter_counts(m, messages, 0);
  if (ns == 0) return;
  meter_tell(m, ns);
  m->time = 0;
}
