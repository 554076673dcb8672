// Memory as JavaScript has it: a slot, and one ArrayBuffer over its mapping. Two over one address abort V8.
#include <camio/arguments.h>
#include <camio/error.h>

#include <memory>

#include "functions.h"
#include "state.h"

namespace camio::shm {

namespace {

// No region of 2 GiB or more: offsets stay small integers.
constexpr int64_t kLargest = (1LL << 31) - 1;

std::shared_ptr<Region> map_as(const Memory& memory, size_t length, Mapped how) {
  if (how == Mapped::kOwn) return Region::map(memory.fd.get(), length, true);
  if (const int error = check_memory(memory.fd.get(), length)) {
    errno = error;
    return nullptr;
  }
  return Region::map(memory.fd.get(), length, how == Mapped::kReceived);
}

}  // namespace

Memory* memory_argument(const Napi::CallbackInfo& info, size_t index) {
  return slot_argument(info, index, state_of(info.Env()).memories, "the memory was given back");
}

// (length) -> slot
Napi::Value create_memory(const Napi::CallbackInfo& info) {
  int64_t length = 0;
  if (!int_argument(info, 0, 1, kLargest, &length)) return info.Env().Undefined();
  Fd fd = make_memory(static_cast<size_t>(length));
  if (!fd) return throw_errno(info.Env(), "memfd_create");
  return Napi::Number::New(info.Env(), state_of(info.Env()).memories.take(Memory(std::move(fd), false)));
}

// (slot, length, how) -> ArrayBuffer; once a slot
Napi::Value map_memory(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Memory* memory = memory_argument(info, 0);
  int64_t length = 0;
  int how = 0;
  if (memory == nullptr || !int_argument(info, 1, 1, kLargest, &length) || !int_argument(info, 2, &how, 0, 2)) {
    return env.Undefined();
  }
  if (memory->region != nullptr) return throw_errno(env, "mmap", EBUSY);
  memory->region = map_as(*memory, static_cast<size_t>(length), static_cast<Mapped>(how));
  if (memory->region == nullptr) return throw_errno(env, "mmap");
  auto* held = new std::shared_ptr<Region>(memory->region);
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(
      env, memory->region->address(), memory->region->length(),
      [](napi_env, void*, void* hint) { delete static_cast<std::shared_ptr<Region>*>(hint); }, held, &buffer);
  if (status == napi_ok) return Napi::Value(env, buffer);
  delete held;
  memory->region = nullptr;
  // Electron's V8 sandbox allows no memory of others in an ArrayBuffer.
  return throw_errno(env, "napi_create_external_arraybuffer", ENOTSUP);
}

// (slot, others may write): no seal can be added any more
Napi::Value freeze_memory(const Napi::CallbackInfo& info) {
  const Memory* memory = memory_argument(info, 0);
  bool writable = false;
  if (memory == nullptr || !bool_argument(info, 1, &writable)) return info.Env().Undefined();
  const int fd = memory->fd.get();
  if ((!writable && !seal_writes(fd)) || !seal_seals(fd)) return throw_errno(info.Env(), "fcntl");
  return info.Env().Undefined();
}

// (slot): nobody is given it any more; what is mapped stays
Napi::Value forget_memory(const Napi::CallbackInfo& info) {
  Memory* memory = memory_argument(info, 0);
  if (memory != nullptr) memory->forget();
  return info.Env().Undefined();
}

// (slot): views that are still held read zeros
Napi::Value release_memory(const Napi::CallbackInfo& info) {
  Memory* memory = memory_argument(info, 0);
  if (memory == nullptr) return info.Env().Undefined();
  if (memory->region != nullptr) memory->region->blank();
  state_of(info.Env()).memories.give_back(info[0].As<Napi::Number>().Int32Value());
  return info.Env().Undefined();
}

}  // namespace camio::shm
