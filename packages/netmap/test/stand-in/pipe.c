/* A pipe: slots change hands, and come back when the reader has given them back. Nothing is lost; nobody is told of an end. */
#include "world.h"

static void move(const struct nm_ring *from, struct nm_ring *to, uint32_t slot) {
  to->slot[slot] = from->slot[slot];
}

void pipe_send(int adapter, int ring, uint32_t head) {
  struct world *w = world_get();
  struct adapter *a = &w->adapters[adapter];
  struct kring *tx = &a->kring[TX][ring];
  struct kring *rx = &w->adapters[a->peer].kring[RX][ring];
  struct nm_ring *from = memory_ring(a->memory, tx);
  struct nm_ring *to = memory_ring(a->memory, rx);
  bool whole = false;
  uint32_t end = 0;
  tx->hwtail = tx->pipe_tail;
  if (tx->hwcur == head) return;
  while (tx->hwcur != head) {
    uint32_t slot = tx->hwcur;
    move(from, to, slot);
    tx->hwcur = next_slot(tx, slot);
    from->slot[slot].flags &= (uint16_t)~NM_BUF_CHANGED;
    /* Frames of several slots are seen when they are whole. */
    if ((from->slot[slot].flags & NM_MOREFRAG) != 0) continue;
    whole = true;
    end = tx->hwcur;
  }
  if (!whole) return;
  rx->pipe_tail = end;
  adapter_notify(a->peer);
}

void pipe_give_back(int adapter, int ring, uint32_t head) {
  struct world *w = world_get();
  struct adapter *a = &w->adapters[adapter];
  struct kring *rx = &a->kring[RX][ring];
  struct kring *tx = &w->adapters[a->peer].kring[TX][ring];
  struct nm_ring *from = memory_ring(a->memory, rx);
  struct nm_ring *to = memory_ring(a->memory, tx);
  rx->hwtail = rx->pipe_tail;
  if (rx->hwcur == head) return;
  while (rx->hwcur != head) {
    move(from, to, rx->hwcur);
    from->slot[rx->hwcur].flags &= (uint16_t)~NM_BUF_CHANGED;
    rx->hwcur = next_slot(rx, rx->hwcur);
  }
  tx->pipe_tail = head == 0 ? tx->slots - 1 : head - 1;
  adapter_notify(a->peer);
}
