// Limit: one way over netmap, as fast as a port takes frames: messages of `--size` bytes behind an Ethernet header.
// netmap-flood receive|send --port 'NAME{1' --size N --warm MS --time MS
#include "frame.h"
#include "../../packages/netmap/native/netmap_abi.h"

enum { AT_ONCE = 256 };

struct port {
  int fd;
  struct nm_ring *ring;
};

static struct port port_of(int argc, char **argv, int rx) {
  const char *name = arg_text(argc, argv, "--port", "");
  struct nm_register body = {.mode = NM_ALL_NIC};
  struct nm_header header = {.version = NM_API, .reqtype = NM_REGISTER, .body = (uintptr_t)&body};
  snprintf(header.name, sizeof header.name, "%s", name);
  int fd = check(open(NM_DEVICE, O_RDWR | O_CLOEXEC), NM_DEVICE);
  check(ioctl(fd, NM_CONTROL, &header), "NIOCCTRL");
  uint8_t *memory = mmap(NULL, body.memsize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) fail("mmap");
  struct nm_if *nif = (void *)(memory + body.offset);
  uint32_t index = rx ? nif->tx_rings + nif->host_tx_rings : 0;
  return (struct port){fd, (void *)((uint8_t *)nif + nif->ring_ofs[index])};
}

static inline uint8_t *buffer_of(struct nm_ring *ring, uint32_t slot) {
  return (uint8_t *)ring + ring->buf_ofs + (uint64_t)ring->slot[slot].buf_idx * ring->buf_size;
}

static inline uint32_t next_of(const struct nm_ring *ring, uint32_t slot) { return slot + 1 == ring->num_slots ? 0 : slot + 1; }

static void receive(struct port port, const struct format *format, struct meter *meter) {
  struct nm_ring *ring = port.ring;
  int64_t expected = -1;
  for (;;) {
    uint64_t count = 0, lost = 0;
    // Half a ring at most, so that the sender gets slots back while others are read.
    while (ring->head != ring->tail && count < ring->num_slots / 2) {
      lost += check_frame(format, buffer_of(ring, ring->head), ring->slot[ring->head].len, &expected);
      ring->head = ring->cur = next_of(ring, ring->head);
      count++;
    }
    if (count > 0) meter_add_lossy(meter, count, lost);
    check(ioctl(port.fd, NM_RXSYNC), "NIOCRXSYNC");
    if (ring->head == ring->tail) wait_for(port.fd, POLLIN);
  }
}

static void send_forever(struct port port, const struct format *format, struct meter *meter) {
  struct nm_ring *ring = port.ring;
  uint32_t sequence = 0;
  for (;;) {
    uint32_t count = 0;
    for (; ring->head != ring->tail && count < AT_ONCE; count++) {
      write_frame(format, buffer_of(ring, ring->head), sequence++);
      ring->slot[ring->head].len = (uint16_t)(FRAME_HEADER + format->size);
      ring->slot[ring->head].flags = 0;
      ring->head = ring->cur = next_of(ring, ring->head);
    }
    check(ioctl(port.fd, NM_TXSYNC), "NIOCTXSYNC");
    if (count > 0) sender_meter_add(meter, count);
    else if (ring->head == ring->tail) wait_for(port.fd, POLLOUT);
  }
}

int main(int argc, char **argv) {
  struct format format = format_of(argc, argv);
  int receives = argc > 1 && strcmp(argv[1], "receive") == 0;
  struct port port = port_of(argc, argv, receives);
  if (receives) {
    printf("{\"at\":\"netmap:%s\"}\n", arg_text(argc, argv, "--port", ""));
    fflush(stdout);
    struct meter meter = meter_of(argc, argv);
    receive(port, &format, &meter);
  } else {
    struct meter meter = sender_meter_of(argc, argv);
    send_forever(port, &format, &meter);
  }
}
