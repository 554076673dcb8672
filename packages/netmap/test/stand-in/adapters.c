/* Ports: how one is registered and ends, and what a sync and a poll of it do. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "world.h"

#define DEFAULT_SLOTS 1024

/* ------------------------------------------------------------------------------------------------------------ rings */

static void drop_ring(int memory, struct kring *k) {
  if (k->object != 0) world_get()->memories[memory].rings[k->object - 1] = 0;
  k->object = 0;
}

static int make_ring(int memory, struct kring *k, int direction, int id, uint32_t slots, const struct nm_ring *buffers_of) {
  struct memory *m = &world_get()->memories[memory];
  if (slots > m->capacity.slots) return ENOMEM;
  int object = memory_take(m->rings, 0, m->capacity.rings);
  if (object < 0) return ENOMEM;
  k->object = (uint32_t)object + 1;
  k->slots = slots;
  k->hwcur = 0;
  k->hwtail = k->pipe_tail = k->tail = direction == TX ? slots - 1 : 0;
  struct nm_ring *r = memory_ring(memory, k);
  memset(r, 0, RING_SIZE);
  r->buf_ofs = (int64_t)BUFS_AT - (int64_t)(RINGS_AT + (uint64_t)object * RING_SIZE);
  r->num_slots = slots;
  r->buf_size = BUF_SIZE;
  r->ringid = (uint16_t)id;
  /* The wrong way round, as netmap has it. */
  r->dir = direction == TX ? 1 : 0;
  r->tail = k->tail;
  for (uint32_t i = 0; i < slots; i++) {
    r->slot[i].len = BUF_SIZE;
    r->slot[i].buf_idx = buffers_of != NULL ? buffers_of->slot[i].buf_idx : memory_take_buffer(memory);
    if (r->slot[i].buf_idx != 0) continue;
    while (i-- > 0) memory_give_buffer(memory, r->slot[i].buf_idx);
    drop_ring(memory, k);
    return ENOMEM;
  }
  return 0;
}

static uint32_t slots_for(uint32_t wanted) {
  if (wanted == 0) return DEFAULT_SLOTS;
  return wanted < 2 ? 2 : wanted > MAX_SLOTS ? MAX_SLOTS : wanted;
}

static uint32_t rings_for(uint32_t wanted) { return wanted == 0 ? 1 : wanted > MAX_RINGS ? MAX_RINGS : wanted; }

static uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* As netmap_mem_private_new of netmap_mem2.c has it: for a port with its host rings, and two pipes. */
static struct capacity capacity_for(const struct nm_register *body) {
  const uint32_t pipes = 2;
  uint32_t tx_rings = rings_for(body->tx_rings) + 1, rx_rings = rings_for(body->rx_rings) + 1;
  uint32_t tx_slots = slots_for(body->tx_slots), rx_slots = slots_for(body->rx_slots);
  return (struct capacity){
      .ifs = 12,
      .rings = tx_rings + rx_rings + 8 * pipes,
      /* Five pages, or more where more was asked for. */
      .slots = most((5 * 4096 - 256) / 16, most(tx_slots, rx_slots)),
      .bufs = most(4098, (4 * pipes + rx_rings) * rx_slots + (4 * pipes + tx_rings) * tx_slots + 2 + body->extra_bufs),
  };
}

/* ------------------------------------------------------------------------------------------------------------ adapters */

static int find_adapter(const char *name) {
  struct world *w = world_get();
  for (int i = 0; i < MAX_ADAPTERS; i++) {
    if (w->adapters[i].kind != 0 && strcmp(w->adapters[i].name, name) == 0) return i;
  }
  return -1;
}

static int free_adapter(void) {
  struct world *w = world_get();
  for (int i = 0; i < MAX_ADAPTERS; i++) {
    if (w->adapters[i].kind == 0) return i;
  }
  return -1;
}

static struct adapter *begin_adapter(int index, int kind, const char *name, int memory) {
  struct adapter *a = &world_get()->adapters[index];
  memset(a, 0, sizeof(*a));
  a->kind = kind;
  a->memory = memory;
  a->peer = -1;
  snprintf(a->name, sizeof(a->name), "%s", name);
  return a;
}

static void end_vale(int index);
static void end_pipe(int index);

static int make_vale(const char *name, const struct nm_register *body) {
  int index = free_adapter();
  if (index < 0 || !vale_has_room(name)) return -ENOMEM;
  int memory = memory_new(body->mem_id, capacity_for(body));
  if (memory == 0) return -EINVAL;
  struct adapter *a = begin_adapter(index, VALE, name, memory);
  a->rings[TX] = rings_for(body->tx_rings);
  a->rings[RX] = rings_for(body->rx_rings);
  const uint32_t slots[2] = {slots_for(body->tx_slots), slots_for(body->rx_slots)};
  for (int direction = TX; direction <= RX; direction++) {
    for (uint32_t i = 0; i < a->rings[direction]; i++) {
      int error = make_ring(memory, &a->kring[direction][i], direction, (int)i, slots[direction], NULL);
      if (error != 0) {
        end_vale(index);
        return -error;
      }
    }
  }
  return index;
}

/* The memory that a pipe's name has: a port's, other pipes', or 0. What is no port becomes one for as long as it has pipes. */
static int memory_of(const char *parent) {
  struct world *w = world_get();
  size_t length = strlen(parent);
  for (int i = 0; i < MAX_ADAPTERS; i++) {
    const struct adapter *a = &w->adapters[i];
    if (a->kind != 0 && strncmp(a->name, parent, length) == 0 && strchr("{}", a->name[length]) != NULL) return a->memory;
  }
  return 0;
}

/* Both ends at once: the other one waits to be opened. What is asked for is the master's ("{"), whichever is opened first. */
static int make_pipe(const char *name, const struct nm_register *body) {
  char parent[NM_NAME] = {0}, master[NM_NAME] = {0}, slave[NM_NAME] = {0};
  size_t mark = strcspn(name, "{}");
  memcpy(parent, name, mark);
  /* It is made an interface. */
  if (strncmp(parent, "vale", 4) != 0 && mark > 15) return -ENXIO;
  strcpy(master, name);
  strcpy(slave, name);
  master[mark] = '{';
  slave[mark] = '}';
  int owned = memory_of(parent);
  int memory = memory_new(owned != 0 ? owned : body->mem_id, capacity_for(body));
  if (memory == 0) return -EINVAL;
  memory_new(memory, capacity_for(body));
  int first = free_adapter();
  if (first < 0) return -ENOMEM;
  struct adapter *a = begin_adapter(first, PIPE, master, memory);
  int second = free_adapter();
  if (second < 0) return -ENOMEM;
  struct adapter *b = begin_adapter(second, PIPE, slave, memory);
  a->peer = second;
  b->peer = first;
  a->rings[TX] = b->rings[RX] = rings_for(body->tx_rings);
  a->rings[RX] = b->rings[TX] = rings_for(body->rx_rings);
  const uint32_t slots[2] = {slots_for(body->tx_slots), slots_for(body->rx_slots)};
  for (int direction = TX; direction <= RX; direction++) {
    for (uint32_t i = 0; i < a->rings[direction]; i++) {
      struct kring *own = &a->kring[direction][i];
      int error = make_ring(memory, own, direction, (int)i, slots[direction], NULL);
      if (error == 0) error = make_ring(memory, &b->kring[1 - direction][i], 1 - direction, (int)i, slots[direction], memory_ring(memory, own));
      if (error != 0) {
        end_pipe(first);
        return -error;
      }
    }
  }
  return name[mark] == '{' ? first : second;
}

static void end_vale(int index) {
  struct world *w = world_get();
  struct adapter *a = &w->adapters[index];
  for (int i = 0; i < MAX_MACS; i++) {
    if (w->macs[i].adapter == index + 1) w->macs[i].adapter = 0;
  }
  for (int direction = TX; direction <= RX; direction++) {
    for (uint32_t i = 0; i < a->rings[direction]; i++) {
      struct kring *k = &a->kring[direction][i];
      for (uint32_t slot = 0; k->object != 0 && slot < k->slots; slot++) {
        memory_give_buffer(a->memory, memory_ring(a->memory, k)->slot[slot].buf_idx);
      }
      drop_ring(a->memory, k);
    }
  }
  a->kind = 0;
  memory_release(a->memory);
}

/* A buffer stands in two rings: it counts where it is the program's to read, else where it is to be written. One of the rings may be
   all that could be made. */
static void end_pipe_side(struct adapter *writer, struct adapter *reader) {
  for (uint32_t i = 0; i < writer->rings[TX]; i++) {
    struct kring *tx = &writer->kring[TX][i];
    struct kring *rx = &reader->kring[RX][i];
    uint32_t slots = tx->object != 0 ? tx->slots : rx->object != 0 ? rx->slots : 0;
    for (uint32_t slot = 0; slot < slots; slot++) {
      bool read = tx->object == 0 || distance(rx, rx->hwcur, slot) < distance(rx, rx->hwcur, rx->pipe_tail);
      const struct nm_ring *ring = read ? memory_ring(reader->memory, rx) : memory_ring(writer->memory, tx);
      memory_give_buffer(writer->memory, ring->slot[slot].buf_idx);
    }
    drop_ring(writer->memory, tx);
    drop_ring(reader->memory, rx);
  }
}

static void end_pipe(int index) {
  struct world *w = world_get();
  struct adapter *a = &w->adapters[index];
  struct adapter *b = &w->adapters[a->peer];
  if (b->users > 0) return;
  end_pipe_side(a, b);
  end_pipe_side(b, a);
  a->kind = b->kind = 0;
  memory_release(a->memory);
  memory_release(a->memory);
}

/* ------------------------------------------------------------------------------------------------------------ descriptors */

static int bind_rings(struct descriptor *d, const struct adapter *a, const struct nm_register *body) {
  for (int direction = TX; direction <= RX; direction++) {
    d->first[direction] = 0;
    d->last[direction] = a->rings[direction];
    if (body->mode != NM_ONE_NIC) continue;
    if (body->ringid >= a->rings[direction]) return EINVAL;
    d->first[direction] = body->ringid;
    d->last[direction] = body->ringid + 1u;
  }
  if ((body->flags & NM_RX_RINGS_ONLY) != 0) d->last[TX] = d->first[TX];
  if ((body->flags & NM_TX_RINGS_ONLY) != 0) d->last[RX] = d->first[RX];
  return 0;
}

/* The structure that the program finds its rings by. A switch's port and a pipe have a host ring each way that nobody is bound to. */
static int make_if(struct descriptor *d, const struct adapter *a, uint32_t *extra) {
  struct memory *m = &world_get()->memories[a->memory];
  int object = memory_take(m->ifs, 0, m->capacity.ifs);
  if (object < 0) return ENOMEM;
  d->object = (uint32_t)object;
  struct nm_if *nif = memory_if(a->memory, d->object);
  memset(nif, 0, IF_SIZE);
  memcpy(nif->name, a->name, sizeof(nif->name) - 1);
  nif->tx_rings = a->rings[TX];
  nif->rx_rings = a->rings[RX];
  nif->host_tx_rings = nif->host_rx_rings = 1;
  for (int direction = TX; direction <= RX; direction++) {
    uint32_t base = direction == TX ? 0 : a->rings[TX] + 1;
    for (uint32_t i = d->first[direction]; i < d->last[direction]; i++) {
      nif->ring_ofs[base + i] = (uint8_t *)memory_ring(a->memory, &a->kring[direction][i]) - (uint8_t *)nif;
    }
  }
  uint32_t granted = 0;
  for (; granted < *extra; granted++) {
    uint32_t index = memory_take_buffer(a->memory);
    if (index == 0) break;
    *(uint32_t *)memory_buffer(a->memory, index) = nif->bufs_head;
    nif->bufs_head = index;
  }
  *extra = granted;
  return 0;
}

static bool is_vale(const char *name) { return strncmp(name, "vale", 4) == 0 && strchr(name, ':') != NULL; }

/* Answers an adapter, or -errno. */
static int adapter_for(const char *name, const struct nm_register *body) {
  bool pipe = strpbrk(name, "{}") != NULL;
  int index = find_adapter(name);
  if (index < 0) {
    if (!pipe && !is_vale(name)) return -ENXIO;
    return pipe ? make_pipe(name, body) : make_vale(name, body);
  }
  struct adapter *a = &world_get()->adapters[index];
  bool exclusive = (body->flags & NM_EXCLUSIVE) != 0;
  return a->users > 0 && (a->exclusive || exclusive) ? -EBUSY : index;
}

int adapter_register(int descriptor, const char *name, struct nm_register *body) {
  struct world *w = world_get();
  struct descriptor *d = &w->descriptors[descriptor];
  if (d->registered != 0) return EBUSY;
  if (body->mode != NM_ALL_NIC && body->mode != NM_ONE_NIC) return EINVAL;
  int index = adapter_for(name, body);
  if (index < 0) return -index;
  struct adapter *a = &w->adapters[index];
  int error = bind_rings(d, a, body);
  if (error == 0) error = make_if(d, a, &body->extra_bufs);
  if (error != 0) {
    if (a->users == 0) a->kind == VALE ? end_vale(index) : end_pipe(index);
    return error;
  }
  a->users++;
  a->exclusive = (body->flags & NM_EXCLUSIVE) != 0;
  d->registered = index + 1;
  d->flags = body->flags;
  body->offset = (uint64_t)d->object * IF_SIZE;
  body->memsize = MEMORY_SIZE;
  body->tx_slots = a->kring[TX][0].slots;
  body->rx_slots = a->kring[RX][0].slots;
  body->tx_rings = (uint16_t)a->rings[TX];
  body->rx_rings = (uint16_t)a->rings[RX];
  /* nm_if says 1. */
  body->host_tx_rings = body->host_rx_rings = 0;
  body->mem_id = (uint16_t)a->memory;
  return 0;
}

void descriptor_end(int descriptor) {
  struct world *w = world_get();
  struct descriptor *d = &w->descriptors[descriptor];
  if (!d->used) return;
  d->used = false;
  if (d->registered == 0) return;
  int index = d->registered - 1;
  struct adapter *a = &w->adapters[index];
  struct nm_if *nif = memory_if(a->memory, d->object);
  uint32_t left = BUF_COUNT;
  for (uint32_t extra = nif->bufs_head; extra != 0 && left-- > 0;) {
    uint32_t next = *(uint32_t *)memory_buffer(a->memory, extra);
    memory_give_buffer(a->memory, extra);
    extra = next;
  }
  w->memories[a->memory].ifs[d->object] = 0;
  d->registered = 0;
  if (--a->users > 0) return;
  if (a->kind == VALE) end_vale(index);
  else end_pipe(index);
}

void adapter_notify(int adapter) {
  struct world *w = world_get();
  for (int i = 0; i < MAX_DESCRIPTORS; i++) {
    if (w->descriptors[i].used && w->descriptors[i].registered == adapter + 1) descriptor_wake(i);
  }
}

/* ------------------------------------------------------------------------------------------------------------ syncs */

/* What the program wrote into its ring: `head` if it can be believed. A number that no slot has sets the ring back; one that is only
   wrong stays, and nothing moves. */
static bool believe(struct kring *k, struct nm_ring *r, uint32_t *head) {
  uint32_t cur = r->cur;
  *head = r->head;
  r->tail = k->tail;
  if (*head >= k->slots || cur >= k->slots) {
    r->head = r->cur = k->hwcur;
    r->tail = k->tail = k->hwtail;
    return false;
  }
  uint32_t owned = distance(k, k->hwcur, k->hwtail);
  uint32_t moved = distance(k, k->hwcur, *head);
  return moved <= owned && distance(k, *head, cur) <= owned - moved;
}

static bool sync_ring(int index, int direction, int ring) {
  struct adapter *a = &world_get()->adapters[index];
  struct kring *k = &a->kring[direction][ring];
  struct nm_ring *r = memory_ring(a->memory, k);
  uint32_t head;
  if (!believe(k, r, &head)) return false;
  if (direction == TX && a->kind == VALE) vale_send(index, ring, head);
  else if (direction == TX) pipe_send(index, ring, head);
  else if (a->kind == VALE) k->hwcur = head;
  else pipe_give_back(index, ring, head);
  if (direction == RX) gettimeofday(&r->ts, NULL);
  r->tail = k->tail = k->hwtail;
  return true;
}

bool descriptor_sync(int descriptor, int direction) {
  struct descriptor *d = &world_get()->descriptors[descriptor];
  bool good = true;
  for (uint32_t i = d->first[direction]; i < d->last[direction]; i++) {
    if (!sync_ring(d->registered - 1, direction, (int)i)) good = false;
  }
  return good;
}

static bool any_ready(const struct descriptor *d, int direction) {
  const struct adapter *a = &world_get()->adapters[d->registered - 1];
  for (uint32_t i = d->first[direction]; i < d->last[direction]; i++) {
    const struct nm_ring *r = memory_ring(a->memory, &a->kring[direction][i]);
    if (r->cur != r->tail) return true;
  }
  return false;
}

static bool pending(const struct descriptor *d) {
  const struct adapter *a = &world_get()->adapters[d->registered - 1];
  for (uint32_t i = d->first[TX]; i < d->last[TX]; i++) {
    if (memory_ring(a->memory, &a->kring[TX][i])->head != a->kring[TX][i].hwcur) return true;
  }
  return false;
}

/* A poll syncs: for POLLIN what waits to be sent, too, unless that was forbidden. */
short descriptor_poll(int descriptor, short events) {
  struct descriptor *d = &world_get()->descriptors[descriptor];
  short ready = 0;
  if (d->registered == 0) return POLLERR;
  bool flush = (d->flags & NM_NO_TX_POLL) == 0 && pending(d);
  if (((events & POLLOUT) != 0 || flush) && !descriptor_sync(descriptor, TX)) ready |= POLLERR;
  if ((events & POLLOUT) != 0 && any_ready(d, TX)) ready |= POLLOUT;
  if ((events & POLLIN) != 0) {
    if (!descriptor_sync(descriptor, RX)) ready |= POLLERR;
    if (any_ready(d, RX)) ready |= POLLIN;
  }
  return ready;
}
