/*
 * What /dev/netmap and a program agree on, NETMAP_API 14 and 15: the numbers of sys/net/netmap.h (netmap(4)), without its header, which
 * distributions do not carry. All in host byte order. C and C++; every layout is asserted when it is compiled.
 */
#ifndef CAMIO_NETMAP_ABI_H
#define CAMIO_NETMAP_ABI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#define NM_DEVICE "/dev/netmap"
#define NM_API 14
#define NM_API_NEWEST 15

/* ------------------------------------------------------------------------------------------------------------ requests */

#define NM_NAME 64

struct nm_header {
  uint16_t version;
  uint16_t reqtype;
  uint32_t reserved;
  char name[NM_NAME];
  uint64_t options; /* an address: the first nm_option, or 0 */
  uint64_t body;    /* an address: what `reqtype` wants */
};

struct nm_option {
  uint64_t next;
  uint32_t reqtype;
  uint32_t status;
  uint64_t size;
};

enum { NM_REGISTER = 1, NM_PORT_INFO_GET = 2 };

struct nm_register {
  uint64_t offset;  /* out: of the nm_if, in the memory */
  uint64_t memsize; /* out: what to map */
  /* In: wanted, 0 leaves it to the port. Out: granted. */
  uint32_t tx_slots;
  uint32_t rx_slots;
  uint16_t tx_rings;
  uint16_t rx_rings;
  uint16_t host_tx_rings;
  uint16_t host_rx_rings;
  uint16_t mem_id;
  uint16_t ringid; /* of NM_ONE_NIC, NM_ONE_HOST */
  uint32_t mode;
  uint32_t extra_bufs;
  uint32_t pad;
  uint64_t flags;
};

enum { NM_ALL_NIC = 1, NM_HOST = 2, NM_NIC_AND_HOST = 3, NM_ONE_NIC = 4, NM_ONE_HOST = 8 };

enum {
  NM_MONITOR_TX = 0x100,
  NM_MONITOR_RX = 0x200,
  NM_ZCOPY_MON = 0x400,
  NM_EXCLUSIVE = 0x800,
  NM_RX_RINGS_ONLY = 0x2000,
  NM_TX_RINGS_ONLY = 0x4000,
  NM_NO_TX_POLL = 0x20000
};

#define NM_CONTROL _IOWR('i', 151, struct nm_header)
#define NM_TXSYNC _IO('i', 148)
#define NM_RXSYNC _IO('i', 149)

/* ------------------------------------------------------------------------------------------------------------ memory */

struct nm_slot {
  uint32_t buf_idx;
  uint16_t len;
  uint16_t flags;
  uint64_t ptr;
};

enum { NM_BUF_CHANGED = 1, NM_MOREFRAG = 0x20 };

/* Slots that a frame may take. */
#define NM_FRAGMENTS 64

struct nm_ring {
  int64_t buf_ofs; /* of buffer 0, from the ring on */
  uint32_t num_slots;
  uint32_t buf_size;
  uint16_t ringid;
  uint16_t dir; /* 1 for tx and 0 for rx, whatever the comment in netmap.h says: go by position */
  uint32_t head;
  uint32_t cur;
  uint32_t tail;
  uint32_t flags;
  uint32_t pad;
  struct timeval ts;
  uint64_t offset_mask;
  uint64_t buf_align;
  uint8_t sem[128] __attribute__((aligned(128)));
  struct nm_slot slot[];
};

struct nm_if {
  char name[16];
  uint32_t version;
  uint32_t flags;
  uint32_t tx_rings;
  uint32_t rx_rings;
  uint32_t bufs_head; /* the first extra buffer, whose first word is the next one's index; 0 ends */
  uint32_t host_tx_rings;
  uint32_t host_rx_rings;
  uint32_t spare[3];
  /* From this structure on: tx, host tx, rx, host rx rings. 0: not bound to this descriptor. */
  int64_t ring_ofs[];
};

/* ------------------------------------------------------------------------------------------------------------ asserted */

#ifdef __cplusplus
#define NM_ASSERT(what) static_assert(what, #what)
#else
#define NM_ASSERT(what) _Static_assert(what, #what)
#endif
#define NM_AT(type, field, offset) NM_ASSERT(offsetof(struct type, field) == (offset))
#define NM_SIZE(type, size) NM_ASSERT(sizeof(struct type) == (size))

NM_SIZE(nm_header, 88);
NM_AT(nm_header, reqtype, 2);
NM_AT(nm_header, reserved, 4);
NM_AT(nm_header, name, 8);
NM_AT(nm_header, options, 72);
NM_AT(nm_header, body, 80);

NM_SIZE(nm_option, 24);
NM_AT(nm_option, reqtype, 8);
NM_AT(nm_option, status, 12);
NM_AT(nm_option, size, 16);

NM_SIZE(nm_register, 56);
NM_AT(nm_register, memsize, 8);
NM_AT(nm_register, tx_slots, 16);
NM_AT(nm_register, rx_slots, 20);
NM_AT(nm_register, tx_rings, 24);
NM_AT(nm_register, rx_rings, 26);
NM_AT(nm_register, host_tx_rings, 28);
NM_AT(nm_register, host_rx_rings, 30);
NM_AT(nm_register, mem_id, 32);
NM_AT(nm_register, ringid, 34);
NM_AT(nm_register, mode, 36);
NM_AT(nm_register, extra_bufs, 40);
NM_AT(nm_register, flags, 48);

NM_SIZE(nm_slot, 16);
NM_AT(nm_slot, len, 4);
NM_AT(nm_slot, flags, 6);
NM_AT(nm_slot, ptr, 8);

NM_SIZE(nm_ring, 256);
NM_AT(nm_ring, num_slots, 8);
NM_AT(nm_ring, buf_size, 12);
NM_AT(nm_ring, ringid, 16);
NM_AT(nm_ring, dir, 18);
NM_AT(nm_ring, head, 20);
NM_AT(nm_ring, cur, 24);
NM_AT(nm_ring, tail, 28);
NM_AT(nm_ring, flags, 32);
NM_AT(nm_ring, ts, 40);
NM_AT(nm_ring, offset_mask, 56);
NM_AT(nm_ring, buf_align, 64);
NM_AT(nm_ring, sem, 128);
NM_AT(nm_ring, slot, 256);

NM_SIZE(nm_if, 56);
NM_AT(nm_if, version, 16);
NM_AT(nm_if, flags, 20);
NM_AT(nm_if, tx_rings, 24);
NM_AT(nm_if, rx_rings, 28);
NM_AT(nm_if, bufs_head, 32);
NM_AT(nm_if, host_tx_rings, 36);
NM_AT(nm_if, host_rx_rings, 40);
NM_AT(nm_if, ring_ofs, 56);

NM_ASSERT(NM_CONTROL == 0xC0586997);
NM_ASSERT(NM_TXSYNC == 0x6994);
NM_ASSERT(NM_RXSYNC == 0x6995);

#endif
