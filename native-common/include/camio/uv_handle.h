// A libuv handle that is closed on its loop. The loop owns the memory until the close callback ran.
#ifndef CAMIO_UV_HANDLE_H
#define CAMIO_UV_HANDLE_H

#include <napi.h>
#include <uv.h>

#include <optional>
#include <utility>

#include "environment.h"

namespace camio {

// The event loop of this environment; never uv_default_loop(), which is another thread's in a worker.
inline uv_loop_t* loop_of(Napi::Env env) {
  uv_loop_t* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  return loop;
}

// Handle: uv_poll_t, uv_async_t, uv_timer_t, ...
template <class Handle>
class UvHandle {
 public:
  UvHandle() = default;
  UvHandle(const UvHandle&) = delete;
  UvHandle& operator=(const UvHandle&) = delete;
  ~UvHandle() { close(); }

  // `init(handle)` calls uv_<type>_init and returns its status; only an initialised handle is closed.
  template <class Init>
  int open(Init init) {
    auto* box = new Box;
    const int status = init(&box->handle);
    if (status == 0) box_ = box;
    else delete box;
    return status;
  }

  Handle* get() const { return box_ == nullptr ? nullptr : &box_->handle; }
  explicit operator bool() const { return box_ != nullptr; }

  void close() { close(std::nullopt); }
  // `done` runs on the loop when the handle is gone; at once if there is none.
  void close(Done done) { close(std::optional<Done>(done)); }

 private:
  struct Box {
    Handle handle;
    std::optional<Done> done;
  };

  void close(std::optional<Done> done) {
    Box* box = std::exchange(box_, nullptr);
    if (box == nullptr) {
      if (done) (*done)();
      return;
    }
    box->done = done;
    // The handle is the box's first member. Its `data` belongs to whoever opened it, who may be gone by then.
    uv_close(reinterpret_cast<uv_handle_t*>(&box->handle), [](uv_handle_t* handle) {
      auto* closed = reinterpret_cast<Box*>(handle);
      const std::optional<Done> then = closed->done;
      delete closed;
      if (then) (*then)();
    });
  }

  Box* box_ = nullptr;
};

}  // namespace camio

#endif
