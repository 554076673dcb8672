#define _GNU_SOURCE
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct world *world;
static pthread_once_t once = PTHREAD_ONCE_INIT;

const char *world_folder(void) { return getenv("CAMIO_NETMAP_STAND_IN"); }

static void map_world(void) {
  char path[4096];
  if (world_folder() == NULL) return;
  snprintf(path, sizeof(path), "%s/world", world_folder());
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || flock(fd, LOCK_EX) != 0 || ftruncate(fd, sizeof(struct world)) != 0) return;
  void *at = mmap(NULL, sizeof(struct world), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) {
    struct world *made = at;
    if (made->ready == 0) {
      pthread_mutexattr_t attributes;
      pthread_mutexattr_init(&attributes);
      pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
      pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
      pthread_mutex_init(&made->lock, &attributes);
      made->ready = 1;
    }
    world = made;
  }
  /* Closing is not enough: the mapping has the file, too. */
  flock(fd, LOCK_UN);
  close(fd);
}

struct world *world_get(void) {
  pthread_once(&once, map_world);
  return world;
}

/* The kernel's module has a lock a ring, by its public source: one end's sync does not put the other one to sleep. This one lock is held for a few
   microseconds: it is tried for as long before sleeping, which would take ten times that. */
#define TRIES 200
#define BETWEEN 50

static int lock_soon(pthread_mutex_t *lock) {
  for (int i = 0; i < TRIES; i++) {
    int error = pthread_mutex_trylock(lock);
    if (error != EBUSY) return error;
    for (int j = 0; j < BETWEEN; j++) __asm__ volatile("");
  }
  return pthread_mutex_lock(lock);
}

void world_lock(void) {
  /* Whoever held it was killed: what it did last may be half done, as far as that program is concerned. */
  if (lock_soon(&world_get()->lock) == EOWNERDEAD) pthread_mutex_consistent(&world->lock);
}

void world_unlock(void) { pthread_mutex_unlock(&world->lock); }
