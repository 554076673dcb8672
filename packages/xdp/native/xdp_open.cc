// A socket of AF_XDP, see Documentation/networking/af_xdp.rst: its memory, its four rings, its queue, the program in front of it.
#include <camio/arguments.h>
#include <camio/error.h>
#include <camio/interface.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>

#include "attachment.h"
#include "bpf.h"
#include "engine.h"
#include "functions.h"
#include "network.h"

// Headers of Linux 6.1 lack it.
#ifndef XDP_USE_SG
#define XDP_USE_SG (1 << 4)
#endif

namespace camio::xdp {

namespace {

// src/xdp/binding.ts has the same numbers.
enum Flag { kReads = 1, kWrites = 2, kZeroCopy = 4, kCopy = 8 };

struct Settings {
  int flags = 0;
  int queue = 0;
  int attach = 0;
  int filter = 0;
  int filter_value = 0;
  int chunk = 0;
  // Entries of the rings, powers of two.
  int fill = 0;
  int completion = 0;
  int rx = 0;
  int tx = 0;

  bool has(Flag flag) const { return (flags & flag) != 0; }
};

constexpr size_t kSettings = 10;

bool settings_argument(const Napi::CallbackInfo& info, size_t index, Settings* out) {
  std::span<int32_t> v;
  if (!int32s_argument(info, index, &v)) return false;
  if (v.size() == kSettings && v[1] >= 0 && v[1] < kQueues && v[2] >= 0 && v[2] <= 2 && v[3] >= 0 && v[3] <= 2) {
    *out = {v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9]};
    return true;
  }
  throw_range(info.Env(), "settings are wrong");
  return false;
}

// A ring, mapped: where JavaScript finds its numbers. For one that is not there all is 0.
struct Ring {
  Region region;
  xdp_ring_offset offset{};
  int entries = 0;
};

struct Opened {
  Socket socket;
  Interface interface;
  // Fill, completion, rx, tx.
  std::array<Ring, 4> rings;
  bool zerocopy = false;
};

int set_xdp_option(int fd, int name, const void* value, socklen_t length) {
  return ::setsockopt(fd, SOL_XDP, name, value, length) == 0 ? 0 : errno;
}

Outcome register_memory(const Settings& settings, const Region& memory, int fd) {
  xdp_umem_reg registration{};
  registration.addr = reinterpret_cast<uintptr_t>(memory.data());
  registration.len = memory.size();
  registration.chunk_size = static_cast<uint32_t>(settings.chunk);
  return {set_xdp_option(fd, XDP_UMEM_REG, &registration, sizeof(registration)), "setsockopt(XDP_UMEM_REG)"};
}

Outcome map_ring(int fd, off_t place, const xdp_ring_offset& offset, int entries, size_t entry_size, Ring* out) {
  out->offset = offset;
  out->entries = entries;
  const size_t length = offset.desc + static_cast<size_t>(entries) * entry_size;
  return {out->region.map(length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, place), "mmap"};
}

Outcome make_rings(const Settings& settings, Opened* out) {
  const int fd = out->socket.fd();
  struct Wanted {
    int option;
    const char* step;
    int entries;
  };
  const Wanted wanted[4] = {{XDP_UMEM_FILL_RING, "setsockopt(XDP_UMEM_FILL_RING)", settings.fill},
                            {XDP_UMEM_COMPLETION_RING, "setsockopt(XDP_UMEM_COMPLETION_RING)", settings.completion},
                            {XDP_RX_RING, "setsockopt(XDP_RX_RING)", settings.has(kReads) ? settings.rx : 0},
                            {XDP_TX_RING, "setsockopt(XDP_TX_RING)", settings.has(kWrites) ? settings.tx : 0}};
  for (const auto& [option, step, entries] : wanted) {
    if (entries == 0) continue;
    if (const int error = set_xdp_option(fd, option, &entries, sizeof(entries))) return {error, step};
  }
  xdp_mmap_offsets offsets{};
  socklen_t length = sizeof(offsets);
  if (::getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &length) != 0) return {errno, "getsockopt(XDP_MMAP_OFFSETS)"};
  // Before Linux 5.4 the rings have no flags.
  if (length < sizeof(offsets)) return {EOPNOTSUPP, "getsockopt(XDP_MMAP_OFFSETS)"};
  const xdp_ring_offset* of[4] = {&offsets.fr, &offsets.cr, &offsets.rx, &offsets.tx};
  const off_t place[4] = {static_cast<off_t>(XDP_UMEM_PGOFF_FILL_RING), static_cast<off_t>(XDP_UMEM_PGOFF_COMPLETION_RING),
                          XDP_PGOFF_RX_RING, XDP_PGOFF_TX_RING};
  for (size_t i = 0; i < 4; i++) {
    if (wanted[i].entries == 0) continue;
    const size_t size = i < 2 ? sizeof(uint64_t) : sizeof(xdp_desc);
    if (const Outcome outcome = map_ring(fd, place[i], *of[i], wanted[i].entries, size, &out->rings[i]); !outcome) return outcome;
  }
  return {};
}

// Does the largest frame not fit into one chunk, behind the room that the kernel keeps free in front of it?
bool needs_pieces(const Settings& settings, const Interface& interface) {
  constexpr int kHeadroom = 256;
  constexpr int kHeaderAndTag = 18;
  return interface.mtu + kHeaderAndTag > settings.chunk - kHeadroom;
}

Outcome bind_to_queue(const Settings& settings, int shared, Opened* out) {
  sockaddr_xdp address{};
  address.sxdp_family = AF_XDP;
  address.sxdp_ifindex = static_cast<uint32_t>(out->interface.index);
  address.sxdp_queue_id = static_cast<uint32_t>(settings.queue);
  if (shared >= 0) {
    // Everything else is as with the one it shares memory with.
    address.sxdp_flags = XDP_SHARED_UMEM;
    address.sxdp_shared_umem_fd = static_cast<uint32_t>(shared);
  } else {
    address.sxdp_flags = static_cast<uint16_t>(XDP_USE_NEED_WAKEUP | (settings.has(kZeroCopy) ? XDP_ZEROCOPY : 0) |
                                               (settings.has(kCopy) ? XDP_COPY : 0) |
                                               (needs_pieces(settings, out->interface) ? XDP_USE_SG : 0));
  }
  const int fd = out->socket.fd();
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return {errno, "bind"};
  xdp_options options{};
  socklen_t length = sizeof(options);
  if (::getsockopt(fd, SOL_XDP, XDP_OPTIONS, &options, &length) == 0) {
    out->zerocopy = (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
  }
  return {};
}

// The program. What only writes takes nothing from the kernel.
Outcome put_in_front(const Settings& settings, Opened* out) {
  if (!settings.has(kReads)) return {};
  const Filter filter{static_cast<Filter::Kind>(settings.filter), static_cast<uint16_t>(settings.filter_value)};
  return attach(out->interface.index, filter, static_cast<Attach>(settings.attach), &out->socket.attachment);
}

// From now on the program's frames come. Not before the socket has its queue: another one may have it, and be in that place.
Outcome take_over(const Settings& settings, const Socket& socket) {
  if (!socket.attachment) return {};
  const int error = put_socket(socket.attachment->map.get(), static_cast<uint32_t>(settings.queue), socket.fd());
  return {error, "bpf(BPF_MAP_UPDATE_ELEM)"};
}

Outcome open_in(const std::string& name, const Settings& settings, const Region& memory, int shared, Opened* out) {
  out->socket.descriptor = Fd(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  const int fd = out->socket.fd();
  if (fd < 0) return {errno, "socket"};
  if (const Outcome outcome = find_interface(name, &out->interface); !outcome) return outcome;
  if (shared < 0) {
    if (const Outcome outcome = register_memory(settings, memory, fd); !outcome) return outcome;
  }
  if (const Outcome outcome = make_rings(settings, out); !outcome) return outcome;
  if (const Outcome outcome = put_in_front(settings, out); !outcome) return outcome;
  if (const Outcome outcome = bind_to_queue(settings, shared, out); !outcome) return outcome;
  return take_over(settings, out->socket);
}

// { buffer, entries, producer, consumer, flags, descriptors }, the last four as offsets in bytes. Null where there is no ring.
Napi::Value describe(Napi::Env env, const Ring& ring) {
  if (ring.entries == 0) return env.Null();
  const Napi::Value buffer = ring.region.buffer(env);
  if (buffer.IsEmpty()) return buffer;
  Napi::Object result = Napi::Object::New(env);
  result.Set("buffer", buffer);
  result.Set("entries", ring.entries);
  result.Set("producer", static_cast<double>(ring.offset.producer));
  result.Set("consumer", static_cast<double>(ring.offset.consumer));
  result.Set("flags", static_cast<double>(ring.offset.flags));
  result.Set("descriptors", static_cast<double>(ring.offset.desc));
  return result;
}

Napi::Value describe(Napi::Env env, Opened& opened) {
  static const char* const kNames[4] = {"fill", "completion", "rx", "tx"};
  Napi::Object result = Napi::Object::New(env);
  result.Set("interface", describe(env, opened.interface));
  result.Set("zerocopy", opened.zerocopy);
  result.Set("native", opened.socket.attachment != nullptr && opened.socket.attachment->native);
  for (size_t i = 0; i < 4; i++) {
    const Napi::Value ring = describe(env, opened.rings[i]);
    if (ring.IsEmpty()) return throw_errno(env, "napi_create_external_arraybuffer", ENOTSUP);
    result.Set(kNames[i], ring);
    opened.socket.rings.push_back(std::move(opened.rings[i].region));
  }
  const int slot = Env::of(env).add(std::move(opened.socket));
  if (slot < 0) return throw_errno(env, "epoll_ctl", -slot);
  result.Set("slot", slot);
  return result;
}

}  // namespace

// (netns, interface, settings, memory, shared) -> see Binding.xdpOpen. `shared` is the slot of a socket that has the memory
// already, or -1: then it is registered.
Napi::Value xdp_open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string netns;
  std::string name;
  Settings settings;
  int memory = 0;
  int shared = 0;
  if (!string_argument(info, 0, &netns) || !string_argument(info, 1, &name) || !settings_argument(info, 2, &settings) ||
      !int_argument(info, 3, &memory) || !int_argument(info, 4, &shared, -1)) {
    return env.Undefined();
  }
  Engine& engine = Env::of(env);
  const Region* region = engine.memories.find(memory);
  Socket* first = shared < 0 ? nullptr : engine.find(shared);
  if (region == nullptr || (shared >= 0 && first == nullptr)) {
    throw_range(env, "the memory is gone");
    return env.Undefined();
  }
  const int shared_fd = first == nullptr ? -1 : first->fd();
  Opened opened;
  const Outcome outcome = in_namespace(netns, [&] { return open_in(name, settings, *region, shared_fd, &opened); });
  return outcome ? describe(env, opened) : throw_errno(env, outcome.step, outcome.error);
}

}  // namespace camio::xdp
