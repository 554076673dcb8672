#include "watch.h"

#include <camio/arguments.h>

#include "call.h"
#include "state.h"

namespace camio::file {

int Watch::open(int fd) {
  const int status = handle_.open([&](uv_poll_t* poll) { return uv_poll_init(loop_, poll, fd); });
  if (status == 0) handle_.get()->data = this;
  return status;
}

int Watch::start(int events) {
  uv_poll_t* poll = handle_.get();
  if (poll == nullptr) return UV_EBADF;
  if (events == 0) return uv_poll_stop(poll);
  return uv_poll_start(poll, events, [](uv_poll_t* handle, int status, int seen) {
    static_cast<Watch*>(handle->data)->notify(status, seen);
  });
}

void Watch::keep_alive(bool yes) {
  auto* handle = reinterpret_cast<uv_handle_t*>(handle_.get());
  if (handle == nullptr) return;
  if (yes) uv_ref(handle);
  else uv_unref(handle);
}

// An error condition counts as both: the next system call says what it is.
void Watch::notify(int status, int events) {
  uv_poll_stop(handle_.get());
  const Napi::Env env = ready_.Env();
  const Napi::HandleScope scope(env);
  const int seen = status < 0 ? UV_READABLE | UV_WRITABLE : events;
  call_from_loop(ready_, {Napi::Number::New(env, seen)});
}

namespace {

Watch* watch_argument(const Napi::CallbackInfo& info) {
  int id = 0;
  if (!int_argument(info, 0, &id)) return nullptr;
  auto& watches = state_of(info.Env()).watches;
  const auto found = watches.find(static_cast<uint32_t>(id));
  if (found != watches.end()) return found->second.get();
  throw_range(info.Env(), "no such watch");
  return nullptr;
}

Napi::Value watch_open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int fd = -1;
  Napi::Function ready;
  if (!int_argument(info, 0, &fd) || !function_argument(info, 1, &ready)) return env.Undefined();
  auto watch = std::make_unique<Watch>(env, ready);
  const int status = watch->open(fd);
  if (status != 0) return throw_errno(env, "epoll_ctl", -status);
  State& state = state_of(env);
  const uint32_t id = state.next_id();
  state.watches.emplace(id, std::move(watch));
  return Napi::Number::New(env, id);
}

void watch_start(const Napi::CallbackInfo& info) {
  Watch* watch = watch_argument(info);
  int events = 0;
  if (watch == nullptr || !int_argument(info, 1, &events, 0, UV_READABLE | UV_WRITABLE)) return;
  const int status = watch->start(events);
  if (status != 0) throw_errno(info.Env(), "epoll_ctl", -status);
}

void watch_keep_alive(const Napi::CallbackInfo& info) {
  Watch* watch = watch_argument(info);
  bool yes = false;
  if (watch != nullptr && bool_argument(info, 1, &yes)) watch->keep_alive(yes);
}

void watch_close(const Napi::CallbackInfo& info) {
  Watch* watch = watch_argument(info);
  if (watch == nullptr) return;
  watch->close();
  state_of(info.Env()).watches.erase(static_cast<uint32_t>(info[0].As<Napi::Number>().Uint32Value()));
}

}  // namespace

void export_watch(Napi::Env env, Napi::Object exports) {
  exports.Set("watchOpen", Napi::Function::New(env, watch_open));
  exports.Set("watchStart", Napi::Function::New(env, watch_start));
  exports.Set("watchKeepAlive", Napi::Function::New(env, watch_keep_alive));
  exports.Set("watchClose", Napi::Function::New(env, watch_close));
}

}  // namespace camio::file
