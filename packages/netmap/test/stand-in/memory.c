#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "world.h"

/* As this process has them mapped; a number is used again for another memory. */
static struct {
  uint8_t *base;
  uint64_t generation;
} mapped[MAX_MEMORIES];

int memory_open_file(int memory, bool create) {
  char path[4096];
  snprintf(path, sizeof(path), "%s/mem-%d", world_folder(), memory);
  if (create) unlink(path);
  int fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
  if (fd >= 0 && create && ftruncate(fd, MEMORY_SIZE) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* A memory with that number, or (0) a new one of that capacity. Answers 0 where there is none. */
int memory_new(int wanted, struct capacity capacity) {
  struct world *w = world_get();
  int memory = wanted;
  if (wanted > GLOBAL_MEMORY && (wanted >= MAX_MEMORIES || w->memories[wanted].users == 0)) return 0;
  if (wanted == 0) {
    for (memory = GLOBAL_MEMORY + 1; memory < MAX_MEMORIES && w->memories[memory].users > 0;) memory++;
    if (memory == MAX_MEMORIES) return 0;
  }
  struct memory *m = &w->memories[memory];
  if (m->users++ > 0) return memory;
  memset(m, 0, sizeof(*m));
  m->users = 1;
  m->capacity = (struct capacity){IF_COUNT, RING_COUNT, MAX_SLOTS, BUF_COUNT};
  if (memory != GLOBAL_MEMORY) {
    m->capacity.ifs = least(IF_COUNT, capacity.ifs);
    m->capacity.rings = least(RING_COUNT, capacity.rings);
    m->capacity.slots = capacity.slots;
    m->capacity.bufs = least(BUF_COUNT, capacity.bufs);
  }
  m->bufs[0] = m->bufs[1] = 1;
  w->generation[memory]++;
  int fd = memory_open_file(memory, true);
  if (fd < 0) return 0;
  close(fd);
  return memory;
}

void memory_release(int memory) {
  struct world *w = world_get();
  if (--w->memories[memory].users > 0) return;
  for (uint32_t i = 2; i < BUF_COUNT; i++) {
    if (w->memories[memory].bufs[i] != 0) memory_violation("never given back", i);
  }
}

uint8_t *memory_base(int memory) {
  struct world *w = world_get();
  if (mapped[memory].base != NULL && mapped[memory].generation == w->generation[memory]) return mapped[memory].base;
  if (mapped[memory].base != NULL) munmap(mapped[memory].base, MEMORY_SIZE);
  mapped[memory].base = NULL;
  int fd = memory_open_file(memory, false);
  if (fd < 0) return NULL;
  void *at = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (at == MAP_FAILED) return NULL;
  mapped[memory].base = at;
  mapped[memory].generation = w->generation[memory];
  return at;
}

struct nm_if *memory_if(int memory, uint32_t object) {
  return (struct nm_if *)(memory_base(memory) + (uint64_t)object * IF_SIZE);
}

struct nm_ring *memory_ring(int memory, const struct kring *kring) {
  return (struct nm_ring *)(memory_base(memory) + RINGS_AT + (uint64_t)(kring->object - 1) * RING_SIZE);
}

uint8_t *memory_buffer(int memory, uint32_t index) {
  /* netmap puts buffer 0 in place of one that there is not, and says nothing. */
  if (index < 2 || index >= BUF_COUNT) index = 0;
  return memory_base(memory) + BUFS_AT + (uint64_t)index * BUF_SIZE;
}

int memory_take(uint8_t *map, uint32_t from, uint32_t count) {
  for (uint32_t i = from; i < count; i++) {
    if (map[i] != 0) continue;
    map[i] = 1;
    return (int)i;
  }
  return -1;
}

uint32_t memory_take_buffer(int memory) {
  struct memory *m = &world_get()->memories[memory];
  int index = memory_take(m->bufs, 2, m->capacity.bufs);
  return index < 0 ? 0 : (uint32_t)index;
}

void memory_give_buffer(int memory, uint32_t index) {
  uint8_t *bufs = world_get()->memories[memory].bufs;
  if (index < 2 || index >= BUF_COUNT) memory_violation("there is no such", index);
  else if (bufs[index] == 0) memory_violation("given back twice", index);
  else bufs[index] = 0;
}

void memory_violation(const char *what, uint32_t index) {
  char path[4096], line[128];
  snprintf(path, sizeof(path), "%s/violations", world_folder());
  int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  int length = snprintf(line, sizeof(line), "buffer %u: %s\n", index, what);
  if (write(fd, line, (size_t)length) < 0) perror("violations");
  close(fd);
}
