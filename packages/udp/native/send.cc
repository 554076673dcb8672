// Datagrams out: runs of equal ones as packets that the system cuts (UDP_SEGMENT, udp(7)), many packets a system call.
#include <camio/arguments.h>
#include <camio/error.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>

#include "engine.h"
#include "functions.h"
#include "name.h"

namespace camio::udp {

namespace {

// Datagrams of one length to one peer, end to end, the last perhaps shorter. As JavaScript has it: four numbers. What was sent
// is taken off its front.
struct Run {
  int32_t offset;
  int32_t length;
  int32_t segment;
  // The index of its address, or -1 for the peer that the socket is connected to.
  int32_t target;
};

constexpr size_t kRunNumbers = sizeof(Run) / sizeof(int32_t);
// The largest datagram over IPv4; segments together may have as much.
constexpr size_t kLargest = 65507;

struct Batch {
  std::span<uint8_t> slab;
  Run* runs;
  size_t count;
  std::span<uint8_t> targets;
};

// One message of the list: how much of which run it sends.
struct Packet {
  size_t run;
  size_t length;
  size_t segments;
};

class Sender {
 public:
  Sender(const Batch& batch, Socket& socket, MessageList& messages)
      : batch_(batch), socket_(socket), messages_(messages) {}

  int calls = 0;
  // An error that some earlier datagram brought back, perhaps of another peer. It says nothing about this one.
  int reported = 0;

  // Until everything is sent, or the system takes no more. Answers 0 or an errno, which concerns run `done`.
  int send() {
    bool again = false;
    while (done < batch_.count) {
      const size_t count = prepare();
      const int sent = ::sendmmsg(socket_.fd(), messages_.get(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
      calls++;
      if (sent > 0) {
        for (int i = 0; i < sent; i++) take(packets_[i]);
        again = false;
        continue;
      }
      const int error = errno;
      if (error == EINTR) continue;
      // A socket tells such an error once: the second one is this datagram's.
      if (!again && is_reported(error)) {
        reported = error;
        again = true;
        continue;
      }
      // The same once more: it was this datagram's from the start. What the network answered is in the error queue as well.
      if (error == reported) reported = 0;
      if (packets_[0].segments == 1 || !may_be_joining(error)) return error;
      if (const int alone = send_one(error)) return alone;
      again = false;
    }
    return 0;
  }

  size_t done = 0;

 private:
  size_t prepare() {
    size_t count = 0;
    for (size_t i = done; i < batch_.count && count < MessageList::kRoom; i++) {
      const Run& run = batch_.runs[i];
      size_t from = 0;
      // An empty datagram is one, too.
      do {
        const Packet packet = next_packet(i, static_cast<size_t>(run.length) - from);
        write(count, packet, batch_.slab.data() + run.offset + from);
        packets_[count++] = packet;
        from += packet.length;
      } while (from < static_cast<size_t>(run.length) && count < MessageList::kRoom);
    }
    return count;
  }

  Packet next_packet(size_t index, size_t left) const {
    const auto segment = static_cast<size_t>(batch_.runs[index].segment);
    if (left <= segment) return {index, left, 1};
    if (segment > socket_.largest_segment) return {index, segment, 1};
    const size_t most = std::max<size_t>(1, std::min(socket_.most_segments, kLargest / segment));
    const size_t length = std::min(left, most * segment);
    return {index, length, (length + segment - 1) / segment};
  }

  void write(size_t index, const Packet& packet, uint8_t* bytes) {
    const Run& run = batch_.runs[packet.run];
    msghdr& header = messages_.set(index, bytes, packet.length);
    if (run.target >= 0) {
      sockaddr_in6& name = messages_.name(index);
      header.msg_namelen = read_name(batch_.targets.data() + run.target * kNameSize, socket_.family, &name);
      header.msg_name = &name;
    }
    if (packet.segments == 1) return;
    messages_.want_control(header, index);
    header.msg_controllen = CMSG_SPACE(sizeof(uint16_t));
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = SOL_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    const auto segment = static_cast<uint16_t>(run.segment);
    std::memcpy(CMSG_DATA(control), &segment, sizeof(segment));
  }

  void take(const Packet& packet) {
    Run& run = batch_.runs[packet.run];
    run.offset += static_cast<int32_t>(packet.length);
    run.length -= static_cast<int32_t>(packet.length);
    if (run.length == 0) done = packet.run + 1;
  }

  // What the system says of a packet that it cannot cut; and, some of it, of one that goes nowhere.
  static bool may_be_joining(int error) {
    return error == EINVAL || error == EMSGSIZE || error == EIO || error == EOPNOTSUPP || error == ENOPROTOOPT;
  }

  // The first datagram of the first packet, by itself, after the packet was refused: only if it goes was it the joining that the
  // system did not want, and less is joined from now on. Answers 0 or an errno.
  int send_one(int refusal) {
    const size_t segments = packets_[0].segments;
    int error = try_one();
    if (error != 0 && error != refusal && is_reported(error)) {
      reported = error;
      error = try_one();
    }
    if (error == 0) join_less(refusal, segments);
    return error;
  }

  int try_one() {
    const Run& run = batch_.runs[done];
    const Packet one{done, static_cast<size_t>(run.segment), 1};
    write(0, one, batch_.slab.data() + run.offset);
    ssize_t sent = 0;
    do sent = ::sendmsg(socket_.fd(), &messages_.get()->msg_hdr, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    calls++;
    if (sent < 0) return errno;
    take(one);
    return 0;
  }

  void join_less(int refusal, size_t segments) {
    if (refusal != EINVAL && refusal != EMSGSIZE) {
      // The device cannot compute checksums.
      socket_.most_segments = 1;
      socket_.largest_segment = 0;
    } else if (segments > Socket::kSegmentsBefore) {
      // Kernels differ in how many.
      socket_.most_segments = Socket::kSegmentsBefore;
    } else {
      // A segment must fit the path: the system cuts, but does not fragment.
      socket_.largest_segment = static_cast<size_t>(batch_.runs[done].segment) - 1;
    }
  }

  static bool is_reported(int error) {
    switch (error) {
      case ECONNREFUSED: case EHOSTUNREACH: case ENETUNREACH: case EHOSTDOWN: case ENONET: case EPROTO: case ENOPROTOOPT:
      case EMSGSIZE: case EACCES: case EPERM: case EOPNOTSUPP:
        return true;
      default:
        return false;
    }
  }

  Batch batch_;
  Socket& socket_;
  MessageList& messages_;
  std::array<Packet, MessageList::kRoom> packets_;
};

// JavaScript wrote these; a mistake there must not become a read of foreign memory.
bool lies_within(const Batch& batch, const Run& run, const Socket& socket) {
  const auto size = static_cast<int64_t>(batch.slab.size());
  const auto targets = static_cast<int64_t>(batch.targets.size() / kNameSize);
  if (run.offset < 0 || run.length < 0 || int64_t{run.offset} + run.length > size) return false;
  if (run.segment < 0 || run.segment > 65535 || (run.segment == 0 && run.length > 0)) return false;
  return run.target < targets && (run.target >= 0 || (run.target == -1 && socket.connected));
}

bool batch_argument(const Napi::CallbackInfo& info, const Socket& socket, Batch* out) {
  std::span<int32_t> runs;
  int first = 0;
  int count = 0;
  if (!bytes_argument(info, 1, &out->slab) || !int32s_argument(info, 2, &runs) ||
      !bytes_argument(info, 5, &out->targets)) {
    return false;
  }
  const int room = static_cast<int>(runs.size() / kRunNumbers);
  if (!int_argument(info, 3, &first, 0, room) || !int_argument(info, 4, &count, 0, room - first)) return false;
  out->runs = reinterpret_cast<Run*>(runs.data()) + first;
  out->count = static_cast<size_t>(count);
  const bool sound = std::all_of(out->runs, out->runs + count, [&](const Run& run) { return lies_within(*out, run, socket); });
  if (!sound) throw_range(info.Env(), "a run lies outside of its memory");
  return sound;
}

}  // namespace

// (slot, slab, runs, first, count, targets, report) -> how many runs were sent whole. report: [errno that stopped it or 0, system
// calls, errno of an earlier datagram that was told meanwhile or 0].
Napi::Value send(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  Batch batch{};
  std::span<int32_t> report;
  if (socket == nullptr || !batch_argument(info, *socket, &batch) || !int32s_argument(info, 6, &report)) {
    return info.Env().Undefined();
  }
  if (report.size() < 3) {
    throw_range(info.Env(), "a report has three numbers");
    return info.Env().Undefined();
  }
  Sender sender(batch, *socket, Env::of(info.Env()).messages);
  report[0] = sender.send();
  report[1] = sender.calls;
  report[2] = sender.reported;
  return Napi::Number::New(info.Env(), static_cast<double>(sender.done));
}

}  // namespace camio::udp
