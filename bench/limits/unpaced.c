// Not a limit: preloaded into a peer (LD_PRELOAD), it gives its TCP sockets the congestion control that ours choose between two
// ends of one host. Shows how much of a ratio comes from that choice, which Node offers to nobody.
#include "common.h"
#include <dlfcn.h>

static void unpace(int fd) { (void)!setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4); }

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  int (*next)(int, const struct sockaddr *, socklen_t) = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
  unpace(fd);
  return next(fd, address, length);
}

// Accepted sockets inherit what was set by hand.
int listen(int fd, int backlog) {
  int (*next)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "listen");
  unpace(fd);
  return next(fd, backlog);
}
