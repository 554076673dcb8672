/* A switch: learns addresses, floods what it does not know, copies, and drops without a word what does not fit. */
#include <string.h>

#include "world.h"

static size_t switch_length(const char *name) { return (size_t)(strchr(name, ':') - name); }

/* So many there are, whoever asks for one more. */
bool vale_has_room(const char *name) {
  struct world *w = world_get();
  const char *seen[MAX_SWITCHES];
  int count = 0;
  for (int i = 0; i < MAX_ADAPTERS; i++) {
    const char *other = w->adapters[i].name;
    if (w->adapters[i].kind != VALE) continue;
    if (switch_length(other) == switch_length(name) && memcmp(other, name, switch_length(name)) == 0) return true;
    bool known = false;
    for (int k = 0; k < count; k++) known |= switch_length(seen[k]) == switch_length(other) && memcmp(seen[k], other, switch_length(other)) == 0;
    if (known) continue;
    if (count + 1 == MAX_SWITCHES) return false;
    seen[count++] = other;
  }
  return true;
}

static bool same_switch(const struct adapter *a, const struct adapter *b) {
  if (a == b || b->kind != VALE || b->users == 0) return false;
  size_t length = switch_length(a->name);
  return length == switch_length(b->name) && memcmp(a->name, b->name, length) == 0;
}

static void learn(int adapter, const uint8_t *address) {
  struct world *w = world_get();
  struct mac *place = NULL;
  for (int i = 0; i < MAX_MACS; i++) {
    struct mac *m = &w->macs[i];
    bool here = m->adapter != 0 && (m->adapter == adapter + 1 || same_switch(&w->adapters[adapter], &w->adapters[m->adapter - 1]));
    if (here && memcmp(m->address, address, 6) == 0) {
      place = m;
      break;
    }
    if (place == NULL && m->adapter == 0) place = m;
  }
  if (place == NULL) return;
  place->adapter = adapter + 1;
  memcpy(place->address, address, 6);
}

/* Answers an adapter, -1: unknown. */
static int lookup(int adapter, const uint8_t *address) {
  struct world *w = world_get();
  for (int i = 0; i < MAX_MACS; i++) {
    const struct mac *m = &w->macs[i];
    if (m->adapter == 0 || memcmp(m->address, address, 6) != 0) continue;
    if (m->adapter == adapter + 1 || same_switch(&w->adapters[adapter], &w->adapters[m->adapter - 1])) return m->adapter - 1;
  }
  return -1;
}

struct frame {
  int memory;
  const struct nm_slot *slots[NM_FRAGMENTS];
  uint32_t count;
};

/* Answers whether it fitted. */
static bool deliver(int to, int ring, const struct frame *frame) {
  struct adapter *a = &world_get()->adapters[to];
  struct kring *k = &a->kring[RX][(uint32_t)ring % a->rings[RX]];
  struct nm_ring *r = memory_ring(a->memory, k);
  uint32_t room = k->slots - 1 - distance(k, k->hwcur, k->hwtail);
  if (room < frame->count) return false;
  for (uint32_t i = 0; i < frame->count; i++) {
    struct nm_slot *slot = &r->slot[k->hwtail];
    slot->len = frame->slots[i]->len;
    memcpy(memory_buffer(a->memory, slot->buf_idx), memory_buffer(frame->memory, frame->slots[i]->buf_idx), slot->len);
    slot->flags = (uint16_t)(frame->count << 8 | (i + 1 < frame->count ? NM_MOREFRAG : 0));
    k->hwtail = next_slot(k, k->hwtail);
  }
  return true;
}

static void forward(int from, int ring, const struct frame *frame, bool *woken) {
  struct world *w = world_get();
  uint32_t total = 0;
  for (uint32_t i = 0; i < frame->count; i++) {
    if (frame->slots[i]->len > BUF_SIZE) return;
    total += frame->slots[i]->len;
  }
  if (total < 14) return;
  const uint8_t *header = memory_buffer(frame->memory, frame->slots[0]->buf_idx);
  if ((header[6] & 1) == 0) learn(from, header + 6);
  int to = (header[0] & 1) != 0 ? -1 : lookup(from, header);
  if (to == from) return;
  for (int i = 0; i < MAX_ADAPTERS; i++) {
    if (to >= 0 ? i != to : !same_switch(&w->adapters[from], &w->adapters[i])) continue;
    if (deliver(i, ring, frame)) woken[i] = true;
  }
}

void vale_send(int adapter, int ring, uint32_t head) {
  struct adapter *a = &world_get()->adapters[adapter];
  struct kring *k = &a->kring[TX][ring];
  struct nm_ring *r = memory_ring(a->memory, k);
  bool woken[MAX_ADAPTERS] = {false};
  struct frame frame = {.memory = a->memory};
  for (uint32_t slot = k->hwcur; slot != head; slot = next_slot(k, slot)) {
    frame.slots[frame.count++] = &r->slot[slot];
    bool more = (r->slot[slot].flags & NM_MOREFRAG) != 0;
    /* A chain without an end is cut. */
    if (more && frame.count < NM_FRAGMENTS && next_slot(k, slot) != head) continue;
    forward(adapter, ring, &frame, woken);
    frame.count = 0;
  }
  k->hwcur = head;
  k->hwtail = head == 0 ? k->slots - 1 : head - 1;
  for (int i = 0; i < MAX_ADAPTERS; i++) {
    if (woken[i]) adapter_notify(i);
  }
}
