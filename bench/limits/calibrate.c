// Calibration: what a round trip costs between two given cores right now, once spinning on a cache line and once
// sleeping in read() on a TCP socket. Virtual cores move about, so figures are only comparable beside these.
// calibrate --cpu A --other B
#include "common.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { SPINS = 200000, SLEEPS = 2000 };

static _Alignas(64) atomic_int turn;
static int echo_fd, other_cpu;

static void pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof set, &set);
}

static void *spin_back(void *unused) {
  pin(other_cpu);
  for (int i = 0; i < SPINS; i++) {
    while (atomic_load_explicit(&turn, memory_order_acquire) != 2 * i + 1) {
    }
    atomic_store_explicit(&turn, 2 * i + 2, memory_order_release);
  }
  return unused;
}

static void *echo_back(void *unused) {
  pin(other_cpu);
  char byte;
  while (read(echo_fd, &byte, 1) == 1)
    if (write(echo_fd, &byte, 1) != 1) fail("write");
  return unused;
}

static double spin_ns(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, spin_back, NULL);
  int64_t start = now_ns();
  for (int i = 0; i < SPINS; i++) {
    atomic_store_explicit(&turn, 2 * i + 1, memory_order_release);
    while (atomic_load_explicit(&turn, memory_order_acquire) != 2 * i + 2) {
    }
  }
  int64_t elapsed = now_ns() - start;
  pthread_join(thread, NULL);
  return (double)elapsed / SPINS;
}

static int connected_pair(int *accepted) {
  int listener = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
  struct sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  check(bind(listener, (struct sockaddr *)&address, size), "bind");
  check(listen(listener, 1), "listen");
  check(getsockname(listener, (struct sockaddr *)&address, &size), "getsockname");
  int fd = connect_to(ntohs(address.sin_port));
  *accepted = check(accept(listener, NULL, NULL), "accept");
  no_delay(fd);
  no_delay(*accepted);
  close(listener);
  return fd;
}

static double sleep_us(void) {
  int fd = connected_pair(&echo_fd);
  pthread_t thread;
  pthread_create(&thread, NULL, echo_back, NULL);
  char byte = 'x';
  int64_t start = now_ns();
  for (int i = 0; i < SLEEPS; i++)
    if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1) fail("round trip");
  int64_t elapsed = now_ns() - start;
  close(fd);
  pthread_join(thread, NULL);
  return (double)elapsed / SLEEPS / 1e3;
}

int main(int argc, char **argv) {
  other_cpu = (int)arg_int(argc, argv, "--other", 1);
  pin((int)arg_int(argc, argv, "--cpu", 0));
  int apart = other_cpu != arg_int(argc, argv, "--cpu", 0);
  double spin = apart ? spin_ns() : 0;
  printf("{\"spinNs\":%.1f,\"sleepUs\":%.2f}\n", spin, sleep_us());
}
