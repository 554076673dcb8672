/*
 * A stand-in for the kernel module netmap, where that is missing: VALE switches and pipes between processes, behind the same open, ioctl,
 * mmap, poll and epoll of /dev/netmap. Preloaded (LD_PRELOAD) into programs that know nothing of it. It models what netmap was seen to
 * do, errors that stay silent included; cards, host rings and monitors it does not have.
 *
 * What is shared by processes lies in the folder that CAMIO_NETMAP_STAND_IN names: `world`, a memory a port or more (`mem-N`), and a FIFO a
 * descriptor (`fd-N`), which wakes whoever polls. A descriptor holds a lock on its FIFO: with it the port lives and dies.
 */
#ifndef WORLD_H
#define WORLD_H

#include <pthread.h>
#include <stdbool.h>

#include "../../native/netmap_abi.h"

#define MAX_DESCRIPTORS 192
#define MAX_ADAPTERS 192
#define MAX_MEMORIES 64
#define MAX_RINGS 8
#define MAX_MACS 512
#define MAX_SLOTS 4096
#define MAX_SWITCHES 8

/* Of every memory: so many structures, rings and buffers. */
#define IF_COUNT 64
#define IF_SIZE 1024
#define RING_COUNT 128
#define RING_SIZE (256 + 16 * MAX_SLOTS)
#define BUF_COUNT 32768
#define BUF_SIZE 2048
#define RINGS_AT ((uint64_t)IF_COUNT * IF_SIZE)
#define BUFS_AT (RINGS_AT + (uint64_t)RING_COUNT * RING_SIZE)
#define MEMORY_SIZE (BUFS_AT + (uint64_t)BUF_COUNT * BUF_SIZE)

/* The memory that all cards have. */
#define GLOBAL_MEMORY 1

enum kind { VALE = 1, PIPE = 2 };

/* What the kernel keeps of a ring: the program's copy is not to be trusted. */
struct kring {
  uint32_t object; /* of the memory's rings, and 1; 0: there is none */
  uint32_t slots;
  uint32_t hwcur;
  uint32_t hwtail;
  uint32_t pipe_tail;
  uint32_t tail; /* as it was told last */
};

struct adapter {
  int kind;
  int users;
  bool exclusive;
  char name[NM_NAME];
  int memory;
  int peer; /* of a pipe's end: the other one */
  uint32_t rings[2];
  struct kring kring[2][MAX_RINGS];
};

enum { TX = 0, RX = 1 };

struct descriptor {
  bool used;
  int pid;
  int registered; /* an adapter, and 1 */
  uint32_t object; /* of the memory's structures */
  uint64_t flags;
  uint32_t first[2];
  uint32_t last[2];
};

/* What a memory has room for. */
struct capacity {
  uint32_t ifs;
  uint32_t rings;
  uint32_t slots; /* of a ring */
  uint32_t bufs;
};

struct memory {
  int users;
  struct capacity capacity;
  uint8_t ifs[IF_COUNT];
  uint8_t rings[RING_COUNT];
  uint8_t bufs[BUF_COUNT];
};

struct mac {
  int adapter; /* and 1 */
  uint8_t address[6];
};

struct world {
  pthread_mutex_t lock;
  uint32_t ready;
  struct descriptor descriptors[MAX_DESCRIPTORS];
  struct adapter adapters[MAX_ADAPTERS];
  struct memory memories[MAX_MEMORIES];
  uint64_t generation[MAX_MEMORIES];
  struct mac macs[MAX_MACS];
};

/* Null where CAMIO_NETMAP_STAND_IN names no folder. */
struct world *world_get(void);
const char *world_folder(void);
void world_lock(void);
void world_unlock(void);

/* memory.c */
int memory_new(int wanted, struct capacity capacity);
void memory_release(int memory);
uint8_t *memory_base(int memory);
int memory_open_file(int memory, bool create);
struct nm_if *memory_if(int memory, uint32_t object);
struct nm_ring *memory_ring(int memory, const struct kring *kring);
uint8_t *memory_buffer(int memory, uint32_t index);
int memory_take(uint8_t *map, uint32_t from, uint32_t count);
uint32_t memory_take_buffer(int memory);
void memory_give_buffer(int memory, uint32_t index);
/* What a program did that loses or doubles a buffer goes into the file `violations`. */
void memory_violation(const char *what, uint32_t index);

/* adapters.c */
int adapter_register(int descriptor, const char *name, struct nm_register *body);
void descriptor_end(int descriptor);
/* Both answer whether the rings made sense. */
bool descriptor_sync(int descriptor, int direction);
short descriptor_poll(int descriptor, short events);
void descriptor_wake(int descriptor);

/* vale.c, pipe.c */
bool vale_has_room(const char *name);
void vale_send(int adapter, int ring, uint32_t head);
void pipe_send(int adapter, int ring, uint32_t head);
void pipe_give_back(int adapter, int ring, uint32_t head);
void adapter_notify(int adapter);

static inline uint32_t next_slot(const struct kring *k, uint32_t slot) { return slot + 1 == k->slots ? 0 : slot + 1; }
static inline uint32_t distance(const struct kring *k, uint32_t from, uint32_t to) {
  return to >= from ? to - from : to + k->slots - from;
}

#endif
