/* The functions of the C library that a program reaches /dev/netmap by. Everything else of them goes on to the library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"

#define MAX_FILES 65536
#define MAX_MAPPINGS 256
#define MAX_WATCHES 256

#define LIBRARY(name)                                                     \
  ({                                                                      \
    static __typeof__(&name) next_;                                       \
    if (next_ == NULL) next_ = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
    next_;                                                                \
  })

/* Of this process. `world_lock` guards them, too, except the watches: they have a lock of their own, which is taken before. */
static int descriptor_of[MAX_FILES]; /* and 1 */
static struct {
  void *at;
  size_t length;
  int descriptor;
  int held; /* a copy of the descriptor: the mapping keeps the port */
} mappings[MAX_MAPPINGS];
static int mapping_count;
static bool is_open[MAX_DESCRIPTORS];
static struct {
  int epoll;
  int fd;
  struct epoll_event event;
} watches[MAX_WATCHES];
static int watch_count;
static pthread_mutex_t watching = PTHREAD_MUTEX_INITIALIZER;
/* To others' FIFOs, by descriptor. */
static struct {
  int fd; /* and 1 */
  ino_t inode;
} wakers[MAX_DESCRIPTORS];

static int descriptor_for(int fd) { return fd >= 0 && fd < MAX_FILES ? descriptor_of[fd] - 1 : -1; }

static void fifo_path(int descriptor, char path[4096]) {
  snprintf(path, 4096, "%s/fd-%d", world_folder(), descriptor);
}

/* ------------------------------------------------------------------------------------------------------------ open, close */

/* Descriptors whose owner was killed: nobody holds their lock. */
static void reap(void) {
  struct world *w = world_get();
  char path[4096];
  for (int i = 0; i < MAX_DESCRIPTORS; i++) {
    if (!w->descriptors[i].used || w->descriptors[i].pid == getpid()) continue;
    fifo_path(i, path);
    int fd = LIBRARY(open)(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    /* Out of descriptors of our own we do not know. */
    bool dead = fd < 0 ? errno == ENOENT : flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (dead) descriptor_end(i);
    if (fd >= 0) LIBRARY(close)(fd);
  }
}

static int open_device(int flags) {
  struct stat folder;
  char path[4096];
  if (world_folder() == NULL || stat(world_folder(), &folder) != 0) return errno = ENOENT, -1;
  /* The device is its owner's alone. */
  if (geteuid() != 0 && geteuid() != folder.st_uid) return errno = EACCES, -1;
  struct world *w = world_get();
  if (w == NULL) return errno = ENXIO, -1;
  world_lock();
  reap();
  int descriptor = -1, fd = -1;
  for (int i = 0; i < MAX_DESCRIPTORS && descriptor < 0; i++) {
    if (!w->descriptors[i].used) descriptor = i;
  }
  if (descriptor >= 0) {
    fifo_path(descriptor, path);
    unlink(path);
    if (mkfifo(path, 0600) == 0) fd = LIBRARY(open)(path, O_RDWR | O_NONBLOCK | (flags & O_CLOEXEC));
    int error = errno;
    if (fd >= MAX_FILES) LIBRARY(close)(fd), fd = -1;
    if (fd >= 0) {
      flock(fd, LOCK_EX | LOCK_NB);
      w->descriptors[descriptor] = (struct descriptor){.used = true, .pid = getpid()};
      descriptor_of[fd] = descriptor + 1;
      is_open[descriptor] = true;
    }
    errno = error;
  } else {
    errno = EMFILE;
  }
  world_unlock();
  return fd;
}

static void end_if_unused(int descriptor) {
  if (is_open[descriptor]) return;
  for (int i = 0; i < mapping_count; i++) {
    if (mappings[i].descriptor == descriptor) return;
  }
  char path[4096];
  fifo_path(descriptor, path);
  unlink(path);
  descriptor_end(descriptor);
}

static int open_path(const char *path, int flags, mode_t mode, int (*next)(const char *, int, ...)) {
  return strcmp(path, NM_DEVICE) == 0 ? open_device(flags) : next(path, flags, mode);
}

#define OPEN(name)                                              \
  int name(const char *path, int flags, ...) {                  \
    va_list list;                                               \
    va_start(list, flags);                                      \
    mode_t mode = va_arg(list, mode_t);                         \
    va_end(list);                                               \
    return open_path(path, flags, mode, LIBRARY(name));         \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  int descriptor = descriptor_for(fd);
  if (descriptor < 0) return LIBRARY(close)(fd);
  pthread_mutex_lock(&watching);
  for (int i = watch_count - 1; i >= 0; i--) {
    if (watches[i].fd == fd) watches[i] = watches[--watch_count];
  }
  pthread_mutex_unlock(&watching);
  world_lock();
  descriptor_of[fd] = 0;
  is_open[descriptor] = false;
  end_if_unused(descriptor);
  int result = LIBRARY(close)(fd);
  world_unlock();
  return result;
}

/* ------------------------------------------------------------------------------------------------------------ mmap */

static void forget_mapping(const void *at, size_t length) {
  for (int i = mapping_count - 1; i >= 0; i--) {
    if (mappings[i].at != at || mappings[i].length > length) continue;
    int descriptor = mappings[i].descriptor;
    LIBRARY(close)(mappings[i].held);
    mappings[i] = mappings[--mapping_count];
    end_if_unused(descriptor);
  }
}

static void *map_device(int fd, size_t length, int protection, int flags, off_t offset) {
  int descriptor = descriptor_for(fd);
  void *at = MAP_FAILED;
  world_lock();
  const struct descriptor *d = &world_get()->descriptors[descriptor];
  if (d->registered == 0 || mapping_count == MAX_MAPPINGS) {
    errno = EINVAL;
  } else {
    int file = memory_open_file(world_get()->adapters[d->registered - 1].memory, false);
    at = LIBRARY(mmap)(NULL, length, protection, flags, file, offset);
    LIBRARY(close)(file);
    if (at != MAP_FAILED) {
      mappings[mapping_count].at = at;
      mappings[mapping_count].length = length;
      mappings[mapping_count].descriptor = descriptor;
      mappings[mapping_count++].held = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    }
  }
  world_unlock();
  return at;
}

#define MMAP(name)                                                                                \
  void *name(void *at, size_t length, int protection, int flags, int fd, off_t offset) {          \
    if (descriptor_for(fd) >= 0) return map_device(fd, length, protection, flags, offset);        \
    void *result = LIBRARY(name)(at, length, protection, flags, fd, offset);                      \
    if ((flags & MAP_FIXED) != 0 && mapping_count > 0 && result != MAP_FAILED) {                  \
      world_lock();                                                                               \
      forget_mapping(at, length);                                                                 \
      world_unlock();                                                                             \
    }                                                                                             \
    return result;                                                                                \
  }
MMAP(mmap)
MMAP(mmap64)

int munmap(void *at, size_t length) {
  bool ours = false;
  for (int i = 0; i < mapping_count; i++) ours |= mappings[i].at == at;
  if (!ours) return LIBRARY(munmap)(at, length);
  /* Under the lock: another thread may be given this address for a mapping of its own at once. */
  world_lock();
  int result = LIBRARY(munmap)(at, length);
  if (result == 0) forget_mapping(at, length);
  world_unlock();
  return result;
}

/* ------------------------------------------------------------------------------------------------------------ ioctl */

static int control(int descriptor, struct nm_header *header) {
  if (header->version < NM_API || header->version > NM_API_NEWEST || header->reqtype != NM_REGISTER) return EINVAL;
  if (header->options != 0) {
    ((struct nm_option *)(uintptr_t)header->options)->status = EOPNOTSUPP;
    return EOPNOTSUPP;
  }
  header->name[NM_NAME - 1] = 0;
  reap();
  return adapter_register(descriptor, header->name, (struct nm_register *)(uintptr_t)header->body);
}

static int device_ioctl(int descriptor, unsigned long request, void *argument) {
  int error = 0;
  world_lock();
  if (request == NM_CONTROL) error = control(descriptor, argument);
  else if (request != NM_TXSYNC && request != NM_RXSYNC) error = EINVAL;
  else if (world_get()->descriptors[descriptor].registered == 0) error = ENXIO;
  /* A head that makes no sense is no error here. */
  else descriptor_sync(descriptor, request == NM_TXSYNC ? TX : RX);
  world_unlock();
  if (error == 0) return 0;
  errno = error;
  return -1;
}

int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  int descriptor = descriptor_for(fd);
  bool ours = descriptor >= 0 && request != FIONBIO;
  return ours ? device_ioctl(descriptor, request, argument) : LIBRARY(ioctl)(fd, request, argument);
}

/* ------------------------------------------------------------------------------------------------------------ waking */

void descriptor_wake(int descriptor) {
  char path[4096];
  struct stat now, then;
  fifo_path(descriptor, path);
  if (wakers[descriptor].fd == 0 || stat(path, &now) != 0 || now.st_ino != wakers[descriptor].inode) {
    if (wakers[descriptor].fd != 0) LIBRARY(close)(wakers[descriptor].fd - 1);
    wakers[descriptor].fd = LIBRARY(open)(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) + 1;
    if (wakers[descriptor].fd == 0 || fstat(wakers[descriptor].fd - 1, &then) != 0) return;
    wakers[descriptor].inode = then.st_ino;
  }
  /* Full is awake enough. */
  if (write(wakers[descriptor].fd - 1, "", 1) < 0) return;
}

static void drain(int fd) {
  char bytes[4096];
  while (read(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes)) continue;
}

static short look(int fd, short events) {
  world_lock();
  int descriptor = descriptor_for(fd);
  short ready = 0;
  if (descriptor >= 0) {
    drain(fd);
    ready = descriptor_poll(descriptor, events);
  }
  world_unlock();
  return ready;
}

/* ------------------------------------------------------------------------------------------------------------ poll */

int poll(struct pollfd *fds, nfds_t count, int timeout) {
  struct pollfd copy[64];
  bool any = false;
  for (nfds_t i = 0; i < count && !any; i++) any = descriptor_for(fds[i].fd) >= 0;
  if (!any || count > 64) return LIBRARY(poll)(fds, count, timeout);
  for (;;) {
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) {
      copy[i] = fds[i];
      fds[i].revents = 0;
      if (descriptor_for(fds[i].fd) < 0) continue;
      copy[i].events = POLLIN;
      fds[i].revents = look(fds[i].fd, fds[i].events);
      if (fds[i].revents != 0) ready++;
    }
    int others = LIBRARY(poll)(copy, count, ready > 0 ? 0 : timeout);
    if (others < 0) return others;
    for (nfds_t i = 0; i < count; i++) {
      if (descriptor_for(fds[i].fd) >= 0) continue;
      fds[i].revents = copy[i].revents;
      if (copy[i].revents != 0) ready++;
    }
    if (ready > 0 || others == 0) return ready;
  }
}

/* ------------------------------------------------------------------------------------------------------------ epoll */

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event) {
  int descriptor = descriptor_for(fd);
  if (descriptor < 0) return LIBRARY(epoll_ctl)(epoll, operation, fd, event);
  pthread_mutex_lock(&watching);
  for (int i = watch_count - 1; i >= 0; i--) {
    if (watches[i].epoll == epoll && watches[i].fd == fd && operation != EPOLL_CTL_ADD) watches[i] = watches[--watch_count];
  }
  struct epoll_event own = {.events = 0};
  if (operation != EPOLL_CTL_DEL) {
    own = (struct epoll_event){.events = EPOLLIN | (event->events & EPOLLET), .data = event->data};
    if (watch_count < MAX_WATCHES) {
      watches[watch_count].epoll = epoll;
      watches[watch_count].fd = fd;
      watches[watch_count++].event = *event;
    }
  }
  pthread_mutex_unlock(&watching);
  int result = LIBRARY(epoll_ctl)(epoll, operation, fd, &own);
  if (operation != EPOLL_CTL_DEL) {
    /* What holds already is told once. */
    world_lock();
    descriptor_wake(descriptor);
    world_unlock();
  }
  return result;
}

/* The descriptor of `epoll` that an event is of, and what it is watched for; -1: it is none of ours. */
static int watched(int epoll, uint64_t data, short *events) {
  int fd = -1;
  pthread_mutex_lock(&watching);
  for (int i = 0; i < watch_count; i++) {
    if (watches[i].epoll != epoll || watches[i].event.data.u64 != data) continue;
    fd = watches[i].fd;
    *events = (short)(watches[i].event.events & (POLLIN | POLLOUT));
  }
  pthread_mutex_unlock(&watching);
  return fd;
}

/* Each look syncs; what is not ready then is no event. */
static int sift(int epoll, struct epoll_event *events, int count) {
  int kept = 0;
  for (int i = 0; i < count; i++) {
    struct epoll_event event = events[i];
    short wanted = 0;
    int fd = watched(epoll, event.data.u64, &wanted);
    if (fd >= 0) event.events = (uint32_t)look(fd, wanted);
    if (event.events != 0) events[kept++] = event;
  }
  return kept;
}

/* Level-triggered ones are looked at every time. */
static int level(int epoll, struct epoll_event *events, int room) {
  int count = 0;
  pthread_mutex_lock(&watching);
  for (int i = 0; i < watch_count && count < room; i++) {
    const struct epoll_event *event = &watches[i].event;
    if (watches[i].epoll != epoll || (event->events & EPOLLET) != 0) continue;
    uint32_t ready = (uint32_t)look(watches[i].fd, (short)(event->events & (POLLIN | POLLOUT)));
    if (ready != 0) events[count++] = (struct epoll_event){.events = ready, .data = event->data};
  }
  pthread_mutex_unlock(&watching);
  return count;
}

int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout) {
  bool any = false;
  for (int i = 0; i < watch_count; i++) any |= watches[i].epoll == epoll;
  if (!any) return LIBRARY(epoll_wait)(epoll, events, room, timeout);
  for (;;) {
    int count = level(epoll, events, room);
    if (count > 0) return count;
    count = LIBRARY(epoll_wait)(epoll, events, room, timeout);
    if (count <= 0) return count;
    count = sift(epoll, events, count);
    if (count > 0 || timeout >= 0) return count;
  }
}
