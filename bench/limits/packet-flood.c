// Limit: one way over AF_PACKET, as fast as the kernel takes frames: messages of `--size` bytes behind an Ethernet header.
// packet-flood receive|send --interface NAME --how ring|mmsg --size N --warm MS --time MS
#include "frame.h"

// As `packet:` has them: blocks of 64 KiB in a ring of 2 MiB, handed over after a millisecond at the latest.
enum { BLOCK = 64 << 10, BLOCKS = 32, LATENCY = 1, SLOT = 2048, SLOTS = 1024, AT_ONCE = 64 };

static int packet_socket(int interface, uint16_t protocol) {
  int fd = check(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), "socket"), version = TPACKET_V3;
  check(setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version), "PACKET_VERSION");
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = interface};
  check(bind(fd, (struct sockaddr *)&address, sizeof address), "bind");
  return fd;
}

static void *ring_of(int fd, int option, struct tpacket_req3 request) {
  check(setsockopt(fd, SOL_PACKET, option, &request, sizeof request), "PACKET_RX_RING or PACKET_TX_RING");
  return map_shared(fd, (size_t)request.tp_block_size * request.tp_block_nr, 0);
}

static struct mmsghdr *messages_of(size_t bytes) {
  struct mmsghdr *messages = calloc(AT_ONCE, sizeof *messages);
  struct iovec *places = calloc(AT_ONCE, sizeof *places);
  for (int i = 0; i < AT_ONCE; i++) {
    places[i] = (struct iovec){aligned_alloc(64, (bytes + 63) & ~(size_t)63), bytes};
    messages[i].msg_hdr.msg_iov = &places[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  return messages;
}

static uint8_t *bytes_of(const struct mmsghdr *message) { return message->msg_hdr.msg_iov->iov_base; }

static uint8_t *receive_ring_of(int fd) {
  struct tpacket_req3 request = {.tp_block_size = BLOCK, .tp_block_nr = BLOCKS, .tp_frame_size = BLOCK,
                                 .tp_frame_nr = BLOCKS, .tp_retire_blk_tov = LATENCY};
  return ring_of(fd, PACKET_RX_RING, request);
}

static void receive_ring(int fd, uint8_t *ring, const struct format *format, struct meter *meter) {
  int64_t expected = -1;
  for (uint32_t at = 0;; at = (at + 1) % BLOCKS) {
    struct tpacket_block_desc *block = (void *)(ring + (size_t)at * BLOCK);
    while ((__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0) wait_for(fd, POLLIN);
    uint64_t lost = 0;
    uint8_t *frame = (uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;
    uint32_t count = block->hdr.bh1.num_pkts;
    for (uint32_t i = 0; i < count; i++) {
      struct tpacket3_hdr *header = (void *)frame;
      lost += check_frame(format, frame + header->tp_mac, header->tp_snaplen, &expected);
      frame += header->tp_next_offset;
    }
    __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    meter_add_lossy(meter, count, lost);
  }
}

static void receive_mmsg(int fd, const struct format *format, struct meter *meter) {
  int size = 4 << 20;
  check(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size), "SO_RCVBUFFORCE");
  struct mmsghdr *messages = messages_of(FRAME_HEADER + format->size + 1);
  for (int64_t expected = -1;;) {
    int n = check(recvmmsg(fd, messages, AT_ONCE, MSG_WAITFORONE, NULL), "recvmmsg");
    uint64_t lost = 0;
    for (int i = 0; i < n; i++) lost += check_frame(format, bytes_of(&messages[i]), messages[i].msg_len, &expected);
    meter_add_lossy(meter, (uint64_t)n, lost);
  }
}

/** Is this error no reason to end? The queue of the device is full: the frame is lost, or comes next. */
static int later(void) { return errno == ENOBUFS || errno == EAGAIN; }

static void send_ring(int fd, const struct format *format, struct meter *meter) {
  struct tpacket_req3 request = {.tp_block_size = BLOCK, .tp_block_nr = SLOT * SLOTS / BLOCK, .tp_frame_size = SLOT, .tp_frame_nr = SLOTS};
  uint8_t *ring = ring_of(fd, PACKET_TX_RING, request);
  uint32_t at = 0;
  for (uint32_t sequence = 0;;) {
    uint32_t count = 0;
    for (; count < AT_ONCE; count++, at = (at + 1) % SLOTS) {
      struct tpacket3_hdr *slot = (void *)(ring + (size_t)at * SLOT);
      if (__atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE) break;
      write_frame(format, (uint8_t *)slot + TPACKET3_HDRLEN - sizeof(struct sockaddr_ll), sequence++);
      slot->tp_len = FRAME_HEADER + format->size;
      slot->tp_next_offset = 0;
      __atomic_store_n(&slot->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
    }
    if (send(fd, NULL, 0, MSG_DONTWAIT) < 0 && !later()) fail("send");
    if (count == 0) wait_for(fd, POLLOUT);
    else sender_meter_add(meter, count);
  }
}

static void send_mmsg(int fd, const struct format *format, struct meter *meter) {
  struct mmsghdr *messages = messages_of(FRAME_HEADER + format->size);
  for (uint32_t sequence = 0;;) {
    for (int i = 0; i < AT_ONCE; i++) write_frame(format, bytes_of(&messages[i]), sequence++);
    for (int done = 0; done < AT_ONCE;) {
      int n = sendmmsg(fd, messages + done, (unsigned)(AT_ONCE - done), 0);
      if (n < 0 && later()) continue;
      done += check(n, "sendmmsg");
    }
    sender_meter_add(meter, AT_ONCE);
  }
}

int main(int argc, char **argv) {
  struct format format = format_of(argc, argv);
  int rings = strcmp(arg_text(argc, argv, "--how", "ring"), "ring") == 0, interface = interface_of(argc, argv);
  if (argc > 1 && strcmp(argv[1], "receive") == 0) {
    int fd = packet_socket(interface, ETH_P_ALL);
    uint8_t *ring = rings ? receive_ring_of(fd) : NULL;
    announce_ready(argc, argv, "packet");
    struct meter meter = meter_of(argc, argv);
    if (rings) receive_ring(fd, ring, &format, &meter);
    else receive_mmsg(fd, &format, &meter);
  } else {
    struct meter meter = sender_meter_of(argc, argv);
    (rings ? send_ring : send_mmsg)(packet_socket(interface, 0), &format, &meter);
  }
}
