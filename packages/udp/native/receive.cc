// Datagrams in: one system call a batch, into memory that JavaScript has already.
#include <camio/arguments.h>
#include <camio/error.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <ctime>

#include "engine.h"
#include "functions.h"
#include "name.h"

namespace camio::udp {

namespace {

// What came in one piece: a datagram, or several of one length from one peer, end to end (UDP_GRO, udp(7)), the last of them
// perhaps shorter. As JavaScript has it: three numbers.
struct Run {
  int32_t offset;
  int32_t length;
  // The length of its datagrams.
  int32_t segment;
};

constexpr size_t kRunNumbers = sizeof(Run) / sizeof(int32_t);
constexpr size_t kCacheLine = 64;

struct Batch {
  std::span<uint8_t> slab;
  std::span<int32_t> runs;
  std::span<uint8_t> names;
  std::span<double> times;
  std::span<int32_t> report;

  size_t room() const { return std::min({runs.size() / kRunNumbers, names.size() / kNameSize, MessageList::kRoom}); }
  // Equal parts that begin at a cache line. No power of two, or all of them would want the same lines of the cache.
  size_t part() const { return slab.size() / room() / kCacheLine * kCacheLine; }
};

bool batch_argument(const Napi::CallbackInfo& info, Batch* out) {
  if (!bytes_argument(info, 1, &out->slab) || !int32s_argument(info, 2, &out->runs) ||
      !bytes_argument(info, 3, &out->names) || !doubles_argument(info, 4, &out->times) ||
      !int32s_argument(info, 5, &out->report)) {
    return false;
  }
  if (out->room() > 0 && out->part() > 0 && out->slab.size() <= INT32_MAX && out->report.size() >= 3) return true;
  throw_range(info.Env(), "there is no room for a datagram");
  return false;
}

void prepare(const Batch& batch, const Socket& socket, MessageList& messages) {
  const size_t part = batch.part();
  for (size_t i = 0; i < batch.room(); i++) {
    msghdr& header = messages.set(i, batch.slab.data() + i * part, part);
    messages.want_control(header, i);
    if (socket.connected) continue;
    header.msg_name = &messages.name(i);
    header.msg_namelen = sizeof(sockaddr_in6);
  }
}

template <class T>
T data_of(const cmsghdr* control) {
  T value{};
  if (control->cmsg_len >= CMSG_LEN(sizeof(T))) std::memcpy(&value, CMSG_DATA(control), sizeof(T));
  return value;
}

double milliseconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void read_control(msghdr header, Run& run, double* time) {
  for (const cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, const_cast<cmsghdr*>(control))) {
    if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) {
      const int segment = data_of<int>(control);
      if (segment > 0) run.segment = segment;
    } else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS && time != nullptr) {
      *time = milliseconds(data_of<timespec>(control));
    }
  }
}

// The message in part `from` is run `index`.
void describe(const Batch& batch, size_t index, size_t from, const mmsghdr& message, const sockaddr_in6& name) {
  Run run{};
  run.offset = static_cast<int32_t>(from * batch.part());
  run.length = static_cast<int32_t>(message.msg_len);
  run.segment = run.length;
  read_control(message.msg_hdr, run, index < batch.times.size() ? &batch.times[index] : nullptr);
  std::memcpy(batch.runs.data() + index * kRunNumbers, &run, sizeof(run));
  if (message.msg_hdr.msg_namelen > 0) write_name(name, batch.names.data() + index * kNameSize);
}

// Without those that were cut, which only a jumbogram could be (RFC 2675): a part has room for 65,535 bytes. Answers how many runs.
int describe_all(const Batch& batch, const MessageList& messages, size_t count) {
  int kept = 0;
  for (size_t i = 0; i < count; i++) {
    if ((messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) continue;
    describe(batch, static_cast<size_t>(kept++), i, messages[i], messages.name(i));
  }
  batch.report[2] = static_cast<int32_t>(count) - kept;
  return kept;
}

// A datagram by itself: what the buffer had room for was not used up.
bool is_alone(const Batch& batch, int count) {
  Run run;
  std::memcpy(&run, batch.runs.data(), sizeof(run));
  return count == 1 && run.length == run.segment;
}

// Once a batch: a socket that tells it with each datagram (SO_RXQ_OVFL) makes each of them dearer.
void report_drops(const Socket& socket, std::span<int32_t> report) {
  uint32_t total = 0;
  if (drops_of(socket.fd(), &total) != 0) return;
  report[0] = 1;
  report[1] = static_cast<int32_t>(total);
}

}  // namespace

// (slot, slab, runs, names, times, report) -> how many runs, or -errno. `slab` is cut into as many parts as `runs` and `names`
// have room for. `times` may be empty. report[0] becomes 1 when report[1] is how many datagrams the socket has dropped so
// far; report[2] is how many did not fit their part, and are left out.
Napi::Value receive(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  Batch batch;
  if (socket == nullptr || !batch_argument(info, &batch)) return info.Env().Undefined();
  Engine& engine = Env::of(info.Env());
  MessageList& messages = engine.messages;
  prepare(batch, *socket, messages);
  int count = 0;
  do count = ::recvmmsg(socket->fd(), messages.get(), static_cast<unsigned>(batch.room()), MSG_DONTWAIT, nullptr);
  while (count < 0 && errno == EINTR);
  batch.report[2] = 0;
  if (count < 0) return Napi::Number::New(info.Env(), -errno);
  engine.gathering.received(static_cast<size_t>(count));
  const int kept = describe_all(batch, messages, static_cast<size_t>(count));
  if (!is_alone(batch, count)) report_drops(*socket, batch.report);
  return Napi::Number::New(info.Env(), kept);
}

}  // namespace camio::udp
