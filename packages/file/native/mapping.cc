#include "mapping.h"

#include <camio/arguments.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <new>

#include "state.h"

namespace camio::file {

Mapping* Mapping::open(int fd, int64_t offset, size_t length) {
  // Writable though private: a stray write harms its author's copy, where PROT_READ alone would kill the process.
  void* address = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, offset);
  if (address == MAP_FAILED) return nullptr;
  TruncationGuard* guard = TruncationGuard::acquire(address, length);
  if (guard == nullptr) {
    munmap(address, length);
    errno = ENOMEM;
    return nullptr;
  }
  madvise(address, length, MADV_SEQUENTIAL);
  return new (std::nothrow) Mapping(address, length, guard);
}

void Mapping::close() {
  if (guard_ == nullptr) return;
  mmap(address_, length_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
  guard_->release();
  guard_ = nullptr;
}

Mapping::~Mapping() {
  if (guard_ != nullptr) guard_->release();
  munmap(address_, length_);
}

namespace {

// 2 GiB and more are never exposed: offsets stay small integers.
constexpr int64_t kMaxLength = (1LL << 31) - 1;

// What an ArrayBuffer holds. Collected without `mapClose`, it leaves the table too.
struct Held {
  std::unique_ptr<Mapping> mapping;
  uint32_t id;
  std::shared_ptr<Mappings> table;

  ~Held() { table->erase(id); }
};

Mapping* mapping_argument(const Napi::CallbackInfo& info) {
  int id = 0;
  if (!int_argument(info, 0, &id)) return nullptr;
  const Mappings& mappings = *state_of(info.Env()).mappings;
  const auto found = mappings.find(static_cast<uint32_t>(id));
  if (found != mappings.end()) return found->second;
  throw_range(info.Env(), "no such mapping");
  return nullptr;
}

Napi::Value map_open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int fd = -1;
  int64_t offset = 0;
  int64_t length = 0;
  if (!int_argument(info, 0, &fd) || !int_argument(info, 1, 0, 1LL << 53, &offset) ||
      !int_argument(info, 2, 1, kMaxLength, &length))
    return env.Undefined();
  Mapping* mapping = Mapping::open(fd, offset, static_cast<size_t>(length));
  if (mapping == nullptr) return throw_errno(env, "mmap");
  State& state = state_of(env);
  const uint32_t id = state.next_id();
  auto* held = new Held{std::unique_ptr<Mapping>(mapping), id, state.mappings};
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(
      env, mapping->address(), mapping->length(), [](napi_env, void*, void* hint) { delete static_cast<Held*>(hint); },
      held, &buffer);
  if (status != napi_ok) {
    delete held;
    // Electron's V8 sandbox allows no memory of others in an ArrayBuffer.
    return throw_errno(env, "napi_create_external_arraybuffer", ENOTSUP);
  }
  state.mappings->emplace(id, mapping);
  Napi::Object result = Napi::Object::New(env);
  result.Set("id", id);
  result.Set("buffer", Napi::Value(env, buffer));
  return result;
}

Napi::Value map_truncated(const Napi::CallbackInfo& info) {
  const Mapping* mapping = mapping_argument(info);
  if (mapping == nullptr) return info.Env().Undefined();
  return Napi::Boolean::New(info.Env(), mapping->truncated());
}

// The views still hold the ArrayBuffer; see ~Mapping.
void map_close(const Napi::CallbackInfo& info) {
  Mapping* mapping = mapping_argument(info);
  if (mapping == nullptr) return;
  mapping->close();
  state_of(info.Env()).mappings->erase(static_cast<uint32_t>(info[0].As<Napi::Number>().Uint32Value()));
}

}  // namespace

void export_mapping(Napi::Env env, Napi::Object exports) {
  exports.Set("mapOpen", Napi::Function::New(env, map_open));
  exports.Set("mapTruncated", Napi::Function::New(env, map_truncated));
  exports.Set("mapClose", Napi::Function::New(env, map_close));
  exports.Set("pageSize", Napi::Number::New(env, static_cast<double>(sysconf(_SC_PAGESIZE))));
}

}  // namespace camio::file
