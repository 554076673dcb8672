#include "engine.h"

#include <camio/error.h>

namespace camio::tcp {

int Engine::start(Napi::TypedArray table, Napi::Function on_events) {
  Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return errno;
  const int status =
      handle_.open([&](uv_poll_t* handle) { return uv_poll_init(loop_of(env_), handle, epoll.get()); });
  if (status != 0) return -status;
  handle_.get()->data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(handle_.get()));
  uv_poll_start(handle_.get(), UV_READABLE, on_readable);
  epoll_ = std::move(epoll);
  napi_async_init(env_, nullptr, Napi::String::New(env_, "camio:tcp"), &context_);
  table_ = Napi::Persistent(table);
  on_events_ = Napi::Persistent(on_events);
  return 0;
}

int Engine::harvest() {
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

void Engine::on_readable(uv_poll_t* handle, int, int) {
  auto* self = static_cast<Engine*>(handle->data);
  Napi::HandleScope scope(self->env_);
  const int count = self->harvest();
  // More than the table holds: epoll stays readable, and the loop comes back.
  if (count > 0) self->tell(count);
}

void Engine::tell(int count) {
  napi_value function = on_events_.Value();
  napi_value argument = Napi::Number::New(env_, count);
  // The C function: the wrapped one throws when it fails, which a worker that is being terminated cannot bear.
  const napi_status status = napi_make_callback(env_, context_, env_.Global(), function, 1, &argument, nullptr);
  if (status != napi_pending_exception) return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env_, &error) == napi_ok) napi_fatal_exception(env_, error);
}

int Engine::add(Fd socket, SocketFile file) {
  const int fd = socket.get();
  const int slot = slots_.take(std::move(socket), std::move(file));
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;
  event.data.fd = slot;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return slot;
  const int error = errno;
  slots_.give_back(slot);
  return -error;
}

void Engine::remove(int slot) {
  // Not left to close(2): a child process may hold a copy of the descriptor, and events would go on.
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slots_.fd(slot), nullptr);
  slots_.give_back(slot);
}

void Engine::close(Done done) {
  slots_.clear();
  table_.Reset();
  on_events_.Reset();
  if (context_ != nullptr) napi_async_destroy(env_, std::exchange(context_, nullptr));
  handle_.close(done);
}

}  // namespace camio::tcp
