// A socket of packet(7) with a receive ring of TPACKET_V3, see Documentation/networking/packet_mmap.rst.
#include <arpa/inet.h>
#include <camio/arguments.h>
#include <camio/error.h>
#include <camio/interface.h>
#include <camio/socket_option.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <vector>

#include "engine.h"
#include "functions.h"
#include "network.h"

namespace camio::xdp {

namespace {

// src/packet/engine.ts has the same numbers.
enum Flag { kReads = 1, kOutgoing = 2, kPromiscuous = 4 };

struct Settings {
  int flags = 0;
  // Bytes; a block must hold the largest frame. 0: as the interface's MTU needs it, 64 KiB at least.
  int block_size = 0;
  int ring_size = 0;
  // After so many milliseconds a block that is not full is handed over.
  int timeout = 0;
  int send_buffer = 0;

  bool has(Flag flag) const { return (flags & flag) != 0; }
};

bool settings_argument(const Napi::CallbackInfo& info, size_t index, Settings* out) {
  std::span<int32_t> values;
  if (!int32s_argument(info, index, &values)) return false;
  if (values.size() != 5) {
    throw_range(info.Env(), "five settings are needed");
    return false;
  }
  *out = {values[0], values[1], values[2], values[3], values[4]};
  return true;
}

// A program of classic BPF: four numbers an instruction - code, jt, jf, k.
bool program_argument(const Napi::CallbackInfo& info, size_t index, std::vector<sock_filter>* out) {
  std::span<int32_t> values;
  if (!int32s_argument(info, index, &values)) return false;
  if (values.size() % 4 != 0 || values.size() / 4 > BPF_MAXINSNS) {
    throw_range(info.Env(), "a filter is four numbers an instruction");
    return false;
  }
  for (size_t i = 0; i < values.size(); i += 4) {
    out->push_back({static_cast<uint16_t>(values[i]), static_cast<uint8_t>(values[i + 1]),
                    static_cast<uint8_t>(values[i + 2]), static_cast<uint32_t>(values[i + 3])});
  }
  return true;
}

int block_size_for(const Settings& settings, const Interface& interface) {
  if (settings.block_size > 0) return settings.block_size;
  // Headers of the block and of the frame, with room to spare.
  constexpr int kHeaders = 512;
  int size = 64 * 1024;
  while (size < interface.mtu + kHeaders) size *= 2;
  return size;
}

struct Opened {
  Socket socket;
  Interface interface;
  int block_size = 0;
};

template <class T>
int set_packet_option(int fd, int name, const T& value) {
  return ::setsockopt(fd, SOL_PACKET, name, &value, sizeof(value)) == 0 ? 0 : errno;
}

Outcome make_ring(const Settings& settings, Opened* out) {
  const int fd = out->socket.fd();
  // Room before each frame, where the tag of a VLAN goes back to.
  if (const int error = set_packet_option(fd, PACKET_RESERVE, 4)) return {error, "setsockopt(PACKET_RESERVE)"};
  out->block_size = block_size_for(settings, out->interface);
  tpacket_req3 request{};
  request.tp_block_size = static_cast<unsigned>(out->block_size);
  request.tp_block_nr = static_cast<unsigned>(std::max(2, settings.ring_size / out->block_size));
  // Frames of any length follow each other: the frame size only has to divide the block's.
  request.tp_frame_size = static_cast<unsigned>(out->block_size);
  request.tp_frame_nr = request.tp_block_nr;
  request.tp_retire_blk_tov = static_cast<unsigned>(settings.timeout);
  if (const int error = set_packet_option(fd, PACKET_RX_RING, request)) return {error, "setsockopt(PACKET_RX_RING)"};
  const size_t length = static_cast<size_t>(request.tp_block_size) * request.tp_block_nr;
  Region ring;
  if (const int error = ring.map(length, PROT_READ | PROT_WRITE, MAP_SHARED, fd)) return {error, "mmap"};
  out->socket.rings.push_back(std::move(ring));
  return {};
}

Outcome set_up(const Settings& settings, const std::vector<sock_filter>& program, Opened* out) {
  const int fd = out->socket.fd();
  if (const int error = set_packet_option(fd, PACKET_VERSION, static_cast<int>(TPACKET_V3))) {
    return {error, "setsockopt(PACKET_VERSION)"};
  }
  if (settings.send_buffer > 0) {
    const int size = settings.send_buffer;
    if (set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, size) != 0) set_option(fd, SOL_SOCKET, SO_SNDBUF, size);
  }
  if (!settings.has(kReads)) return {};
  if (!settings.has(kOutgoing)) {
    if (const int error = set_packet_option(fd, PACKET_IGNORE_OUTGOING, 1)) {
      return {error, "setsockopt(PACKET_IGNORE_OUTGOING)"};
    }
  }
  if (!program.empty()) {
    const sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
    if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) != 0) {
      return {errno, "setsockopt(SO_ATTACH_FILTER)"};
    }
  }
  if (settings.has(kPromiscuous)) {
    packet_mreq member{};
    member.mr_ifindex = out->interface.index;
    member.mr_type = PACKET_MR_PROMISC;
    if (const int error = set_packet_option(fd, PACKET_ADD_MEMBERSHIP, member)) {
      return {error, "setsockopt(PACKET_ADD_MEMBERSHIP)"};
    }
  }
  return make_ring(settings, out);
}

Outcome open_in(const std::string& name, const Settings& settings, const std::vector<sock_filter>& program, Opened* out) {
  // Protocol 0 hears nothing until it is bound: no frame of another interface comes into the ring.
  out->socket.descriptor = Fd(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int fd = out->socket.fd();
  if (fd < 0) return {errno, "socket"};
  if (const Outcome outcome = find_interface(name, &out->interface); !outcome) return outcome;
  if (const Outcome outcome = set_up(settings, program, out); !outcome) return outcome;
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = settings.has(kReads) ? htons(ETH_P_ALL) : 0;
  address.sll_ifindex = out->interface.index;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return {errno, "bind"};
  return {};
}

}  // namespace

// (netns, interface, settings, filter) -> { slot, interface, blockSize, ring }
Napi::Value packet_open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string netns;
  std::string name;
  Settings settings;
  std::vector<sock_filter> program;
  if (!string_argument(info, 0, &netns) || !string_argument(info, 1, &name) || !settings_argument(info, 2, &settings) ||
      !program_argument(info, 3, &program)) {
    return env.Undefined();
  }
  Opened opened;
  const Outcome outcome = in_namespace(netns, [&] { return open_in(name, settings, program, &opened); });
  if (!outcome) return throw_errno(env, outcome.step, outcome.error);
  Napi::Object result = Napi::Object::New(env);
  result.Set("interface", describe(env, opened.interface));
  result.Set("blockSize", opened.block_size);
  if (!opened.socket.rings.empty()) {
    const Napi::Value ring = opened.socket.rings[0].buffer(env);
    if (ring.IsEmpty()) return throw_errno(env, "napi_create_external_arraybuffer", ENOTSUP);
    result.Set("ring", ring);
  }
  const int slot = Env::of(env).add(std::move(opened.socket));
  if (slot < 0) return throw_errno(env, "epoll_ctl", -slot);
  result.Set("slot", slot);
  return result;
}

// (slot) -> is it still bound to an interface? One that was removed is forgotten by the kernel.
Napi::Value packet_bound(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  if (socket == nullptr) return info.Env().Undefined();
  sockaddr_ll address{};
  socklen_t length = sizeof(address);
  const int result = ::getsockname(socket->fd(), reinterpret_cast<sockaddr*>(&address), &length);
  return Napi::Boolean::New(info.Env(), result == 0 && address.sll_ifindex > 0);
}

// (slot) -> frames that the ring had no room for since it was asked last, or -errno
Napi::Value packet_drops(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  if (socket == nullptr) return info.Env().Undefined();
  tpacket_stats_v3 statistics{};
  socklen_t length = sizeof(statistics);
  const int result = ::getsockopt(socket->fd(), SOL_PACKET, PACKET_STATISTICS, &statistics, &length);
  return Napi::Number::New(info.Env(), result == 0 ? static_cast<double>(statistics.tp_drops) : -errno);
}

}  // namespace camio::xdp
