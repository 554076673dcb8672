// Limit: one way over AF_XDP, as fast as the kernel takes frames: messages of `--size` bytes behind an Ethernet header.
// xdp-flood receive|send --interface NAME --attach native|skb --size N --warm MS --time MS
//
// Copy mode, need_wakeup, rings and memory of the size that `xdp:` has, the same program of six instructions; asleep in poll(2).
#include "frame.h"
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_xdp.h>
#include <stddef.h>
#include <sys/syscall.h>

enum { ENTRIES = 1024, CHUNK = 4096, AT_ONCE = 64 };

struct ring {
  uint32_t *producer, *consumer, *flags;
  void *descriptors;
  /** How far this end is. */
  uint32_t mine;
};

struct xsk {
  int fd;
  uint8_t *memory;
  struct ring fill, completion, rx, tx;
};

static uint32_t look(const uint32_t *at) { return __atomic_load_n(at, __ATOMIC_ACQUIRE); }
static void publish(uint32_t *at, uint32_t value) { __atomic_store_n(at, value, __ATOMIC_RELEASE); }
static int needs_wake_up(const struct ring *ring) { return (look(ring->flags) & XDP_RING_NEED_WAKEUP) != 0; }
static uint64_t *address_at(const struct ring *ring, uint32_t i) { return (uint64_t *)ring->descriptors + i % ENTRIES; }
static struct xdp_desc *desc_at(const struct ring *ring, uint32_t i) { return (struct xdp_desc *)ring->descriptors + i % ENTRIES; }

static void set(int fd, int name, const void *value, socklen_t size) { check(setsockopt(fd, SOL_XDP, name, value, size), "SOL_XDP"); }

static struct ring map_ring(int fd, off_t place, const struct xdp_ring_offset *offset, size_t entry) {
  uint8_t *at = map_shared(fd, offset->desc + ENTRIES * entry, place);
  return (struct ring){(void *)(at + offset->producer), (void *)(at + offset->consumer), (void *)(at + offset->flags),
                       at + offset->desc, 0};
}

static struct xsk xsk_of(int reads) {
  int entries = ENTRIES;
  struct xsk x = {.fd = check(socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0), "socket")};
  size_t length = (size_t)ENTRIES * CHUNK;
  x.memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  struct xdp_umem_reg memory = {.addr = (uintptr_t)x.memory, .len = length, .chunk_size = CHUNK};
  set(x.fd, XDP_UMEM_REG, &memory, sizeof memory);
  set(x.fd, XDP_UMEM_FILL_RING, &entries, sizeof entries);
  set(x.fd, XDP_UMEM_COMPLETION_RING, &entries, sizeof entries);
  set(x.fd, reads ? XDP_RX_RING : XDP_TX_RING, &entries, sizeof entries);
  struct xdp_mmap_offsets offsets;
  socklen_t size = sizeof offsets;
  check(getsockopt(x.fd, SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &size), "XDP_MMAP_OFFSETS");
  x.fill = map_ring(x.fd, (off_t)XDP_UMEM_PGOFF_FILL_RING, &offsets.fr, sizeof(uint64_t));
  x.completion = map_ring(x.fd, (off_t)XDP_UMEM_PGOFF_COMPLETION_RING, &offsets.cr, sizeof(uint64_t));
  if (reads) x.rx = map_ring(x.fd, XDP_PGOFF_RX_RING, &offsets.rx, sizeof(struct xdp_desc));
  else x.tx = map_ring(x.fd, XDP_PGOFF_TX_RING, &offsets.tx, sizeof(struct xdp_desc));
  return x;
}

/** A socket that was closed just now may have the queue or the interface for some time yet. */
static int again(int tries) {
  if (errno != EBUSY || tries == 0) return 0;
  usleep(10000);
  return 1;
}

static void bind_to(const struct xsk *x, int interface) {
  struct sockaddr_xdp address = {.sxdp_family = AF_XDP, .sxdp_ifindex = (uint32_t)interface, .sxdp_flags = XDP_COPY | XDP_USE_NEED_WAKEUP};
  int tries = 100, result;
  while ((result = bind(x->fd, (struct sockaddr *)&address, sizeof address)) < 0 && again(tries--)) continue;
  check(result, "bind");
}

static int bpf(int command, union bpf_attr *attributes) { return (int)syscall(__NR_bpf, command, attributes, sizeof *attributes); }

/** Redirects every frame to the socket; stays attached until the process ends. */
static void put_program(const struct xsk *x, int interface, uint32_t flags) {
  union bpf_attr a = {.map_type = BPF_MAP_TYPE_XSKMAP, .key_size = 4, .value_size = 4, .max_entries = 1};
  int map = check(bpf(BPF_MAP_CREATE, &a), "BPF_MAP_CREATE");
  const struct bpf_insn code[] = {
      {.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = 2, .src_reg = 1, .off = offsetof(struct xdp_md, rx_queue_index)},
      {.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = 1, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map},
      {.code = 0},
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = XDP_PASS},
      {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map},
      {.code = BPF_JMP | BPF_EXIT},
  };
  memset(&a, 0, sizeof a);
  a.prog_type = BPF_PROG_TYPE_XDP;
  a.insns = (uintptr_t)code;
  a.insn_cnt = sizeof code / sizeof code[0];
  a.license = (uintptr_t) "MIT";
  a.expected_attach_type = BPF_XDP;
  int program = check(bpf(BPF_PROG_LOAD, &a), "BPF_PROG_LOAD"), tries = 100, link;
  memset(&a, 0, sizeof a);
  a.link_create.prog_fd = (uint32_t)program;
  a.link_create.target_ifindex = (uint32_t)interface;
  a.link_create.attach_type = BPF_XDP;
  a.link_create.flags = flags;
  while ((link = bpf(BPF_LINK_CREATE, &a)) < 0 && again(tries--)) continue;
  check(link, "BPF_LINK_CREATE");
  uint32_t queue = 0, value = (uint32_t)x->fd;
  memset(&a, 0, sizeof a);
  a.map_fd = (uint32_t)map;
  a.key = (uintptr_t)&queue;
  a.value = (uintptr_t)&value;
  check(bpf(BPF_MAP_UPDATE_ELEM, &a), "BPF_MAP_UPDATE_ELEM");
}

static void give(struct ring *fill, uint64_t address) { *address_at(fill, fill->mine++) = address & ~(uint64_t)(CHUNK - 1); }

static void receive(int argc, char **argv, const struct format *format) {
  int interface = interface_of(argc, argv);
  struct xsk x = xsk_of(1);
  for (uint64_t i = 0; i < ENTRIES; i++) give(&x.fill, i * CHUNK);
  publish(x.fill.producer, x.fill.mine);
  bind_to(&x, interface);
  put_program(&x, interface, strcmp(arg_text(argc, argv, "--attach", "native"), "skb") == 0 ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
  announce_ready(argc, argv, "xdp");
  struct meter meter = meter_of(argc, argv);
  for (int64_t expected = -1;;) {
    uint32_t count = look(x.rx.producer) - x.rx.mine;
    if (count == 0) {
      wait_for(x.fd, POLLIN);
      continue;
    }
    // Chunks go back while others are looked at, not all at the end.
    if (count > AT_ONCE) count = AT_ONCE;
    uint64_t lost = 0;
    for (uint32_t i = 0; i < count; i++) {
      const struct xdp_desc *frame = desc_at(&x.rx, x.rx.mine++);
      lost += check_frame(format, x.memory + frame->addr, frame->len, &expected);
      give(&x.fill, frame->addr);
    }
    publish(x.rx.consumer, x.rx.mine);
    publish(x.fill.producer, x.fill.mine);
    if (needs_wake_up(&x.fill)) recvfrom(x.fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
    meter_add_lossy(&meter, count, lost);
  }
}

/** What was sent comes back in its order: chunk i belongs to frame i. @returns how many more frames there is room for */
static uint32_t room_in(struct xsk *x) {
  x->completion.mine = look(x->completion.producer);
  publish(x->completion.consumer, x->completion.mine);
  return ENTRIES - (x->tx.mine - x->completion.mine);
}

static void send_forever(int argc, char **argv, const struct format *format) {
  struct xsk x = xsk_of(0);
  bind_to(&x, interface_of(argc, argv));
  struct meter meter = sender_meter_of(argc, argv);
  for (;;) {
    uint32_t room = room_in(&x);
    uint32_t count = room < AT_ONCE ? room : AT_ONCE;
    for (uint32_t i = 0; i < count; i++) {
      uint32_t number = x.tx.mine++;
      uint64_t address = (uint64_t)(number % ENTRIES) * CHUNK;
      write_frame(format, x.memory + address, number);
      *desc_at(&x.tx, number) = (struct xdp_desc){address, FRAME_HEADER + format->size, 0};
    }
    publish(x.tx.producer, x.tx.mine);
    // Some 32 at a time are sent by one call.
    while (look(x.tx.consumer) != x.tx.mine && needs_wake_up(&x.tx))
      if (sendto(x.fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 && errno != EAGAIN && errno != EBUSY && errno != ENOBUFS) fail("sendto");
    if (count > 0) sender_meter_add(&meter, count);
  }
}

int main(int argc, char **argv) {
  struct format format = format_of(argc, argv);
  if (argc > 1 && strcmp(argv[1], "receive") == 0) receive(argc, argv, &format);
  else send_forever(argc, argv, &format);
}
