// Limit: one way, as fast as the kernel takes datagrams of `--size` bytes.
// udp-flood receive --how mmsg|gro --size N --warm MS --time MS    |    udp-flood send --at PORT --how mmsg|gso --size N --warm MS --time MS
#include "message.h"
#include <netinet/udp.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#define UDP_GRO 104
#endif

// Measured: GSO takes at most 64 segments on older kernels, and what is sent by one call should stay in the cache.
enum { AT_ONCE = 64, SEGMENTS = 64, LARGEST = 65507, GRO_BATCH = 16, GSO_BATCH = 4, SOCKET_BUFFER = 4 << 20 };

static int udp_socket(int option) {
  int fd = check(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket"), size = SOCKET_BUFFER;
  check(setsockopt(fd, SOL_SOCKET, option, &size, sizeof size), "SO_RCVBUF or SO_SNDBUF");
  return fd;
}

static struct mmsghdr *messages_of(uint32_t count, size_t bytes, size_t control) {
  struct mmsghdr *messages = calloc(count, sizeof *messages);
  struct iovec *places = calloc(count, sizeof *places);
  for (uint32_t i = 0; i < count; i++) {
    places[i] = (struct iovec){aligned_alloc(64, (bytes + 63) & ~(size_t)63), bytes};
    messages[i].msg_hdr.msg_iov = &places[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    if (control > 0) messages[i].msg_hdr.msg_control = calloc(1, control);
    messages[i].msg_hdr.msg_controllen = control;
  }
  return messages;
}

static const uint8_t *bytes_of(const struct mmsghdr *message) { return message->msg_hdr.msg_iov->iov_base; }

/** Datagrams are numbered: what is missing was lost. */
static uint64_t check_datagram(const struct format *format, const uint8_t *bytes, uint32_t length, uint32_t *expected) {
  if (length < 4) wrong("length", length, format->size);
  uint32_t sequence = number_of(bytes), lost = sequence - *expected;
  if ((int32_t)lost < 0) wrong("sequence", sequence, *expected);
  check_message(format, bytes, length, sequence);
  *expected = sequence + 1;
  return lost;
}

/** How long each datagram is of those that the kernel joined. */
static uint32_t segment_of(struct msghdr *header, uint32_t fallback) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) return (uint32_t) * (int *)CMSG_DATA(c);
  return fallback;
}

static void receive(int argc, char **argv, const struct format *format, int gro) {
  int fd = udp_socket(SO_RCVBUF), one = 1;
  if (gro) check(setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof one), "UDP_GRO");
  uint32_t batch = gro ? GRO_BATCH : AT_ONCE, expected = 0;
  size_t control = gro ? CMSG_SPACE(sizeof(int)) : 0;
  struct mmsghdr *messages = messages_of(batch, gro ? 65536 : format->size + 1, control);
  bind_to_free_port(fd);
  announce_port(fd);
  struct meter meter = meter_of(argc, argv);
  for (;;) {
    int n = check(recvmmsg(fd, messages, batch, MSG_WAITFORONE, NULL), "recvmmsg");
    uint64_t count = 0, lost = 0;
    for (int i = 0; i < n; i++) {
      uint32_t length = messages[i].msg_len, segment = gro ? segment_of(&messages[i].msg_hdr, length) : length;
      for (uint32_t at = 0; at < length; at += segment, count++)
        lost += check_datagram(format, bytes_of(&messages[i]) + at, length - at < segment ? length - at : segment, &expected);
      messages[i].msg_hdr.msg_controllen = control;
    }
    meter_add_lossy(&meter, count, lost);
  }
}

static int connected(int port) {
  int fd = udp_socket(SO_SNDBUF);
  struct sockaddr_in address = loopback(port);
  check(connect(fd, (struct sockaddr *)&address, sizeof address), "connect");
  return fd;
}

static void set_segment(struct msghdr *header, uint16_t size) {
  struct cmsghdr *c = CMSG_FIRSTHDR(header);
  c->cmsg_level = SOL_UDP;
  c->cmsg_type = UDP_SEGMENT;
  c->cmsg_len = CMSG_LEN(sizeof size);
  memcpy(CMSG_DATA(c), &size, sizeof size);
}

static void send_forever(int argc, char **argv, const struct format *format, int gso) {
  int fd = connected(arg_port(argc, argv));
  uint32_t segments = 1, batch = gso ? GSO_BATCH : AT_ONCE;
  if (gso) segments = LARGEST / format->size < SEGMENTS ? LARGEST / format->size : SEGMENTS;
  struct mmsghdr *messages = messages_of(batch, (size_t)segments * format->size, gso ? CMSG_SPACE(sizeof(uint16_t)) : 0);
  if (gso) for (uint32_t i = 0; i < batch; i++) set_segment(&messages[i].msg_hdr, (uint16_t)format->size);
  struct meter meter = sender_meter_of(argc, argv);
  for (uint32_t sequence = 0;;) {
    for (uint32_t i = 0; i < batch; i++)
      for (uint32_t j = 0; j < segments; j++)
        write_message(format, (uint8_t *)bytes_of(&messages[i]) + (size_t)j * format->size, sequence++);
    for (uint32_t done = 0; done < batch;) {
      int n = sendmmsg(fd, messages + done, batch - done, 0);
      // The receiver has its result, and is gone.
      if (n < 0 && errno == ECONNREFUSED) continue;
      done += (uint32_t)check(n, "sendmmsg");
    }
    sender_meter_add(&meter, (uint64_t)batch * segments);
  }
}

int main(int argc, char **argv) {
  struct format format = format_of(argc, argv);
  const char *how = arg_text(argc, argv, "--how", "mmsg");
  if (argc > 1 && strcmp(argv[1], "receive") == 0) receive(argc, argv, &format, strcmp(how, "gro") == 0);
  else send_forever(argc, argv, &format, strcmp(how, "gso") == 0);
}
