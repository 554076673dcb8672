// A thread whose start may fail: std::thread can only throw then.
#ifndef CAMIO_FILE_THREAD_H
#define CAMIO_FILE_THREAD_H

#include <uv.h>

#include <functional>
#include <utility>

namespace camio::file {

class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { join(); }

  // 0, or an error number.
  int start(std::function<void()> body) {
    body_ = std::move(body);
    const int status = uv_thread_create(&thread_, [](void* self) { static_cast<Thread*>(self)->body_(); }, this);
    running_ = status == 0;
    return -status;
  }

  void join() {
    if (std::exchange(running_, false)) uv_thread_join(&thread_);
  }

 private:
  std::function<void()> body_;
  uv_thread_t thread_{};
  bool running_ = false;
};

}  // namespace camio::file

#endif
