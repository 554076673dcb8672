// A port: registered, mapped, and its rings measured. What the memory says of itself is checked here, once: other programs may have it,
// too, and can write anything anywhere in it.
#include <camio/arguments.h>
#include <camio/error.h>
#include <camio/interface.h>
#include <fcntl.h>

#include <atomic>
#include <cstring>
#include <utility>
#include <vector>

#include "engine.h"
#include "functions.h"
#include "netmap_abi.h"

namespace camio::netmap {

namespace {

// src/binding.ts has them in this order.
struct Settings {
  int mode = 0;
  int ring = 0;
  int flags = 0;
  int tx_slots = 0;
  int rx_slots = 0;
  int tx_rings = 0;
  int rx_rings = 0;
  int memory = 0;
  int extra = 0;
  // Is there an interface of that name?
  int card = 0;
  uint32_t events = 0;
};

constexpr size_t kSettings = 11;

bool settings_argument(const Napi::CallbackInfo& info, size_t index, Settings* out) {
  std::span<int32_t> v;
  if (!int32s_argument(info, index, &v)) return false;
  if (v.size() == kSettings) {
    *out = {v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], static_cast<uint32_t>(v[10])};
    return true;
  }
  throw_range(info.Env(), "settings are wrong");
  return false;
}

struct Ring {
  int64_t at = 0;
  int64_t slots = 0;
  // Where buffer 0 would lie, how large each is, and how many indexes stay within the memory.
  int64_t buffers = 0;
  int64_t size = 0;
  int64_t count = 0;
  bool host = false;
};

struct Opened {
  Port port;
  Interface interface;
  nm_register reply{};
  std::vector<Ring> tx;
  std::vector<Ring> rx;
};

int register_port(int fd, const std::string& name, const Settings& settings, uint16_t version, nm_register* body) {
  nm_header header{};
  header.version = version;
  header.reqtype = NM_REGISTER;
  std::memcpy(header.name, name.data(), name.size());
  header.body = reinterpret_cast<uintptr_t>(body);
  *body = {};
  body->mode = static_cast<uint32_t>(settings.mode);
  body->ringid = static_cast<uint16_t>(settings.ring);
  body->flags = static_cast<uint64_t>(settings.flags);
  body->tx_slots = static_cast<uint32_t>(settings.tx_slots);
  body->rx_slots = static_cast<uint32_t>(settings.rx_slots);
  body->tx_rings = static_cast<uint16_t>(settings.tx_rings);
  body->rx_rings = static_cast<uint16_t>(settings.rx_rings);
  body->mem_id = static_cast<uint16_t>(settings.memory);
  body->extra_bufs = static_cast<uint32_t>(settings.extra);
  return ::ioctl(fd, NM_CONTROL, &header) == 0 ? 0 : errno;
}

Outcome register_port(const std::string& name, const Settings& settings, Opened* out) {
  const int fd = out->port.fd();
  int error = register_port(fd, name, settings, NM_API, &out->reply);
  // The commonest of errors is a version's, too.
  if (error == EINVAL && register_port(fd, name, settings, NM_API_NEWEST, &out->reply) == 0) error = 0;
  return {error, "ioctl(NIOCCTRL)"};
}

// Behind a copy out of the memory: the compiler takes the copy from then on, and does not look there again.
inline void read_once() { std::atomic_signal_fence(std::memory_order_seq_cst); }

// Of the mapped memory: only what lies in it is read.
class Memory {
 public:
  explicit Memory(const Region& region) : data_(region.data()), size_(static_cast<int64_t>(region.size())) {}

  // Null where it does not lie in the memory, or not where such a thing can lie.
  template <class Thing>
  const Thing* at(int64_t offset, int64_t length = sizeof(Thing)) const {
    const bool inside = offset >= 0 && length >= 0 && offset <= size_ && length <= size_ - offset;
    return inside && offset % 8 == 0 ? reinterpret_cast<const Thing*>(data_ + offset) : nullptr;
  }

  // What the ring there measures. Answers 0 or an errno: EBADMSG, there is no such ring.
  int measure(int64_t offset, Ring* out) const {
    const auto* ring = at<nm_ring>(offset);
    if (ring == nullptr) return EBADMSG;
    // Read once: nobody is to change them between the check and the use.
    const nm_ring copy = *ring;
    read_once();
    constexpr uint32_t kMost = 1 << 20;
    constexpr uint32_t kLeast = 64;
    constexpr uint32_t kLargest = 1 << 16;
    if (copy.num_slots < 2 || copy.num_slots > kMost || copy.buf_size < kLeast || copy.buf_size > kLargest) return EBADMSG;
    out->at = offset;
    out->slots = copy.num_slots;
    out->size = copy.buf_size;
    const int64_t length = static_cast<int64_t>(sizeof(nm_ring)) + out->slots * static_cast<int64_t>(sizeof(nm_slot));
    if (at<nm_ring>(offset, length) == nullptr) return EBADMSG;
    if (copy.buf_ofs < -size_ || copy.buf_ofs > size_) return EBADMSG;
    out->buffers = offset + copy.buf_ofs;
    if (out->buffers < 0 || out->buffers > size_) return EBADMSG;
    out->count = (size_ - out->buffers) / out->size;
    // Whoever opened the port first asked for frames that begin within their buffers.
    return copy.offset_mask == 0 ? 0 : EOPNOTSUPP;
  }

 private:
  const uint8_t* data_;
  int64_t size_;
};

// The rings that this descriptor is bound to, by their order: tx, host tx, rx, host rx. How many there are is what nm_if says; the reply
// has no host rings for VALE ports and pipes, which have them.
int find_rings(Opened* out) {
  const Memory memory(out->port.memory);
  const auto start = static_cast<int64_t>(out->reply.offset);
  const auto* interface = memory.at<nm_if>(start);
  if (interface == nullptr) return EBADMSG;
  constexpr uint32_t kMost = 4096;
  const uint32_t counts[4] = {interface->tx_rings, interface->host_tx_rings, interface->rx_rings, interface->host_rx_rings};
  read_once();
  int64_t total = 0;
  for (const uint32_t count : counts) {
    if (count > kMost) return EBADMSG;
    total += count;
  }
  interface = memory.at<nm_if>(start, static_cast<int64_t>(sizeof(nm_if)) + total * static_cast<int64_t>(sizeof(int64_t)));
  if (interface == nullptr) return EBADMSG;
  size_t index = 0;
  for (size_t kind = 0; kind < 4; kind++) {
    auto& rings = kind < 2 ? out->tx : out->rx;
    for (uint32_t i = 0; i < counts[kind]; i++) {
      const int64_t offset = interface->ring_ofs[index++];
      if (offset == 0) continue;
      Ring ring;
      int64_t place = 0;
      if (__builtin_add_overflow(start, offset, &place)) return EBADMSG;
      if (const int error = memory.measure(place, &ring); error != 0) return error;
      ring.host = kind % 2 == 1;
      rings.push_back(ring);
    }
  }
  return 0;
}

Outcome open_port(const std::string& name, const Settings& settings, Opened* out) {
  out->port.device = Fd(::open(NM_DEVICE, O_RDWR | O_CLOEXEC));
  if (!out->port.device) return {errno, "open(/dev/netmap)"};
  if (settings.card != 0) {
    // The port's name may go on behind the interface's.
    const std::string card = name.substr(0, name.find_first_of("{}"));
    if (const Outcome outcome = find_interface(card, &out->interface); !outcome) return outcome;
  }
  if (const Outcome outcome = register_port(name, settings, out); !outcome) return outcome;
  // JavaScript's offsets are to stay small integers.
  if (out->reply.memsize > INT32_MAX) return {EFBIG, "mmap"};
  const auto size = static_cast<size_t>(out->reply.memsize);
  int error = out->port.memory.map(size, PROT_READ | PROT_WRITE, MAP_SHARED, out->port.fd());
  if (error == 0) error = find_rings(out);
  return {error, "mmap"};
}

Napi::Array describe(Napi::Env env, const std::vector<Ring>& rings) {
  Napi::Array result = Napi::Array::New(env, rings.size());
  for (size_t i = 0; i < rings.size(); i++) {
    Napi::Object ring = Napi::Object::New(env);
    ring.Set("at", static_cast<double>(rings[i].at));
    ring.Set("slots", static_cast<double>(rings[i].slots));
    ring.Set("buffers", static_cast<double>(rings[i].buffers));
    ring.Set("size", static_cast<double>(rings[i].size));
    ring.Set("count", static_cast<double>(rings[i].count));
    ring.Set("host", rings[i].host);
    result.Set(static_cast<uint32_t>(i), ring);
  }
  return result;
}

Napi::Value describe(Napi::Env env, Opened& opened, const Settings& settings) {
  const Napi::Value buffer = opened.port.memory.buffer(env);
  if (buffer.IsEmpty()) return throw_errno(env, "napi_create_external_arraybuffer", ENOTSUP);
  Napi::Object result = Napi::Object::New(env);
  result.Set("buffer", buffer);
  result.Set("memory", static_cast<uint32_t>(opened.reply.mem_id));
  result.Set("at", static_cast<double>(opened.reply.offset));
  result.Set("extra", opened.reply.extra_bufs);
  result.Set("tx", describe(env, opened.tx));
  result.Set("rx", describe(env, opened.rx));
  result.Set("interface", settings.card != 0 ? camio::describe(env, opened.interface) : env.Null());
  const int slot = Env::of(env).add(std::move(opened.port), settings.events);
  if (slot < 0) return throw_errno(env, "epoll_ctl", -slot);
  result.Set("slot", slot);
  return result;
}

}  // namespace

// (name, settings) -> see Binding.openPort
Napi::Value open_port(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string name;
  Settings settings;
  if (!string_argument(info, 0, &name) || !settings_argument(info, 1, &settings)) return env.Undefined();
  if (name.size() >= NM_NAME) return throw_errno(env, "ioctl(NIOCCTRL)", ENAMETOOLONG);
  Opened opened;
  const Outcome outcome = open_port(name, settings, &opened);
  return outcome ? describe(env, opened, settings) : throw_errno(env, outcome.step, outcome.error);
}

}  // namespace camio::netmap
