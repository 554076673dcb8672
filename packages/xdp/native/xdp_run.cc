// What a socket of AF_XDP needs once it runs: memory, pushes, numbers.
#include <camio/arguments.h>
#include <camio/error.h>
#include <linux/if_xdp.h>
#include <sys/socket.h>

#include "engine.h"
#include "functions.h"

namespace camio::xdp {

// (bytes) -> { id, buffer }: pages of our own, to be registered with sockets.
Napi::Value memory_open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int64_t bytes = 0;
  if (!int_argument(info, 0, 1, INT32_MAX, &bytes)) return env.Undefined();
  Region memory;
  const int error =
      memory.map(static_cast<size_t>(bytes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE);
  if (error != 0) return throw_errno(env, "mmap", error);
  const Napi::Value buffer = memory.buffer(env);
  if (buffer.IsEmpty()) return throw_errno(env, "napi_create_external_arraybuffer", ENOTSUP);
  Napi::Object result = Napi::Object::New(env);
  result.Set("id", Env::of(env).memories.take(std::move(memory)));
  result.Set("buffer", buffer);
  return result;
}

// (id)
Napi::Value memory_close(const Napi::CallbackInfo& info) {
  int id = 0;
  if (!int_argument(info, 0, &id)) return info.Env().Undefined();
  auto& memories = Env::of(info.Env()).memories;
  if (memories.find(id) != nullptr) memories.give_back(id);
  return info.Env().Undefined();
}

// (slot) -> 0 or -errno. Frames of the tx ring that wait are sent, so many as the kernel does at a time.
Napi::Value xdp_push(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  if (socket == nullptr) return info.Env().Undefined();
  const ssize_t result = ::sendto(socket->fd(), nullptr, 0, MSG_DONTWAIT, nullptr, 0);
  return Napi::Number::New(info.Env(), result < 0 ? -errno : 0);
}

// (slot) -> 0 or -errno. The driver looks at the fill ring again.
Napi::Value xdp_pull(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  if (socket == nullptr) return info.Env().Undefined();
  const ssize_t result = ::recvfrom(socket->fd(), nullptr, 0, MSG_DONTWAIT, nullptr, nullptr);
  return Napi::Number::New(info.Env(), result < 0 ? -errno : 0);
}

// (slot, counts) -> 0 or -errno. counts: XDP_STATISTICS in their order, as far as there is room.
Napi::Value xdp_statistics(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  std::span<double> counts;
  if (socket == nullptr || !doubles_argument(info, 1, &counts)) return info.Env().Undefined();
  // The same eight bytes each: what an older kernel lacks stays 0.
  union {
    struct xdp_statistics named;
    uint64_t numbers[sizeof(struct xdp_statistics) / sizeof(uint64_t)];
  } statistics{};
  socklen_t length = sizeof(statistics);
  if (::getsockopt(socket->fd(), SOL_XDP, XDP_STATISTICS, &statistics, &length) != 0) {
    return Napi::Number::New(info.Env(), -errno);
  }
  for (size_t i = 0; i < counts.size() && i < std::size(statistics.numbers); i++) {
    counts[i] = static_cast<double>(statistics.numbers[i]);
  }
  return Napi::Number::New(info.Env(), 0);
}

}  // namespace camio::xdp
