// One epoll instance an environment, watched by one uv_poll handle: what an event costs does not depend on how many descriptors
// are idle, and JavaScript is called once a wake-up and not once an event. The other half is `Dispatcher` of @camio/core/spi.
//
// Entry: whatever belongs to one descriptor; movable, with `int fd() const`.
#ifndef CAMIO_EPOLL_TABLE_H
#define CAMIO_EPOLL_TABLE_H

#include <napi.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

#include "arguments.h"
#include "environment.h"
#include "error.h"
#include "fd.h"
#include "slots.h"
#include "uv_handle.h"

namespace camio {

template <class Entry>
class EpollTable {
 public:
  explicit EpollTable(Napi::Env env) : env_(env) {}
  virtual ~EpollTable() = default;

  // Creates epoll and its uv handle, which does not keep the process alive: core's KeepAlive does while somebody waits.
  // `table` is an Int32Array that receives pairs of slot and epoll events; `on_events(count)` is called when there are some,
  // as the asynchronous resource `name`. Answers 0 or an errno.
  int start(const char* name, Napi::TypedArray table, Napi::Function on_events) {
    Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) return errno;
    const int status =
        handle_.open([&](uv_poll_t* handle) { return uv_poll_init(loop_of(env_), handle, epoll.get()); });
    if (status != 0) return -status;
    handle_.get()->data = this;
    uv_unref(reinterpret_cast<uv_handle_t*>(handle_.get()));
    uv_poll_start(handle_.get(), UV_READABLE, on_readable);
    epoll_ = std::move(epoll);
    napi_async_init(env_, nullptr, Napi::String::New(env_, name), &context_);
    table_ = Napi::Persistent(table);
    on_events_ = Napi::Persistent(on_events);
    return 0;
  }

  // From now on, after events the loop does not look for new ones for so long, less than a second, so that they gather; 0: it looks
  // at once. (`harvest` always does.) Answers 0 or an errno.
  int gather(int microseconds) {
    if (microseconds > 0) {
      if (const int error = open_timer()) return error;
    }
    asked_ = microseconds;
    return 0;
  }

  // Looks without waiting and fills the table. Answers how many pairs, or -errno.
  int harvest() {
    if (!epoll_) return 0;
    size_t length = 0;
    void* data = nullptr;
    const napi_value table = table_.Value();
    if (napi_get_typedarray_info(env_, table, nullptr, &length, &data, nullptr, nullptr) != napi_ok) return 0;
    const int room = std::min(static_cast<int>(length / 2), kEventsAtOnce);
    if (room == 0) return 0;
    const int count = ::epoll_wait(epoll_.get(), events_.data(), room, 0);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    auto* pair = static_cast<int32_t*>(data);
    for (int i = 0; i < count; i++) {
      *pair++ = events_[i].data.fd;
      *pair++ = static_cast<int32_t>(events_[i].events);
    }
    return count;
  }

  static constexpr uint32_t kEverything = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI;

  // Watches a descriptor for `what`, edge-triggered, until it is removed. Answers its slot, or -errno (the entry is gone then).
  int add(Entry entry, uint32_t what = kEverything) {
    const int fd = entry.fd();
    const int slot = slots_.take(std::move(entry));
    epoll_event event{};
    event.events = what | EPOLLET;
    event.data.fd = slot;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return slot;
    const int error = errno;
    slots_.give_back(slot);
    return -error;
  }

  // Null for a slot that is not in use. Valid until the next `add`.
  Entry* find(int slot) { return slots_.find(slot); }

  // No event of it will come any more, and the slot is free. The slot must be in use.
  Entry take(int slot) {
    // Not left to close(2): a child process may hold a copy of the descriptor, and events would go on.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slots_.find(slot)->fd(), nullptr);
    Entry entry = std::move(*slots_.find(slot));
    slots_.give_back(slot);
    return entry;
  }

  void remove(int slot) { take(slot); }

  void close(Done done) {
    slots_.clear();
    if (handle_) uv_poll_stop(handle_.get());
    table_.Reset();
    on_events_.Reset();
    if (context_ != nullptr) napi_async_destroy(env_, std::exchange(context_, nullptr));
    done_ = done;
    // One after the other: with the last one the environment may go.
    timer_handle_.close(Done{close_handle, this});
  }

 protected:
  // JavaScript was told of events. Answers for how many microseconds the loop now does not look for new ones, so that they gather; 0:
  // it looks at once.
  virtual int pause() { return asked_; }

 private:
  static constexpr int kEventsAtOnce = 256;

  static void on_readable(uv_poll_t* handle, int, int) {
    auto* self = static_cast<EpollTable*>(handle->data);
    Napi::HandleScope scope(self->env_);
    const int count = self->harvest();
    // More than the table holds: epoll stays readable, and the loop comes back.
    if (count <= 0) return;
    self->tell(count);
    if (!self->handle_) return;
    if (const int microseconds = self->pause()) self->rest(microseconds);
  }

  static void close_handle(void* data) {
    auto* self = static_cast<EpollTable*>(data);
    self->handle_.close(self->done_);
  }

  // What a pause needs. Answers 0 or an errno.
  int open_timer() {
    if (timer_) return 0;
    Fd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!timer) return errno;
    const int status =
        timer_handle_.open([&](uv_poll_t* handle) { return uv_poll_init(loop_of(env_), handle, timer.get()); });
    if (status != 0) return -status;
    timer_handle_.get()->data = this;
    uv_unref(reinterpret_cast<uv_handle_t*>(timer_handle_.get()));
    timer_ = std::move(timer);
    return 0;
  }

  // Until the time is over the loop does not look at epoll; what comes meanwhile is there then.
  void rest(int microseconds) {
    itimerspec time{};
    time.it_value.tv_nsec = microseconds * 1000L;
    if (open_timer() != 0 || ::timerfd_settime(timer_.get(), 0, &time, nullptr) != 0) return;
    uv_poll_stop(handle_.get());
    uv_poll_start(timer_handle_.get(), UV_READABLE, on_rested);
  }

  static void on_rested(uv_poll_t* handle, int, int) {
    auto* self = static_cast<EpollTable*>(handle->data);
    uint64_t times = 0;
    if (::read(self->timer_.get(), &times, sizeof(times)) < 0) return;
    uv_poll_stop(handle);
    uv_poll_start(self->handle_.get(), UV_READABLE, on_readable);
  }

  void tell(int count) {
    napi_value function = on_events_.Value();
    napi_value argument = Napi::Number::New(env_, count);
    // The C function: the wrapped one throws when it fails, which a worker that is being terminated cannot bear.
    const napi_status status = napi_make_callback(env_, context_, env_.Global(), function, 1, &argument, nullptr);
    if (status != napi_pending_exception) return;
    napi_value error = nullptr;
    if (napi_get_and_clear_last_exception(env_, &error) == napi_ok) napi_fatal_exception(env_, error);
  }

  Napi::Env env_;
  Fd epoll_;
  UvHandle<uv_poll_t> handle_;
  // Of pauses; there is none before the first.
  Fd timer_;
  UvHandle<uv_poll_t> timer_handle_;
  // See `gather`.
  int asked_ = 0;
  Done done_{};
  Slots<Entry> slots_;
  Napi::Reference<Napi::TypedArray> table_;
  Napi::FunctionReference on_events_;
  napi_async_context context_ = nullptr;
  std::array<epoll_event, kEventsAtOnce> events_;
};

// An addon's functions of these names, for `Dispatcher`: State is the environment's, and is or extends an EpollTable.

// (table, onEvents)
template <class State>
Napi::Value epoll_start(const Napi::CallbackInfo& info, const char* name) {
  std::span<int32_t> table;
  Napi::Function on_events;
  if (!int32s_argument(info, 0, &table) || !function_argument(info, 1, &on_events)) return info.Env().Undefined();
  State& state = Environment<State>::of(info.Env());
  const int error = state.start(name, info[0].As<Napi::TypedArray>(), on_events);
  return error == 0 ? info.Env().Undefined() : throw_errno(info.Env(), "epoll_create1", error);
}

// () -> pairs in the table, or -errno
template <class State>
Napi::Value epoll_poll(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Environment<State>::of(info.Env()).harvest());
}

// (microseconds, or what else from `least` on the State understands)
template <class State, int least = 0>
Napi::Value epoll_gather(const Napi::CallbackInfo& info) {
  int microseconds = 0;
  if (!int_argument(info, 0, &microseconds, least, 999'999)) return info.Env().Undefined();
  const int error = Environment<State>::of(info.Env()).gather(microseconds);
  return error == 0 ? info.Env().Undefined() : throw_errno(info.Env(), "timerfd_create", error);
}

}  // namespace camio

#endif
