// A descriptor watched by the event loop: pipes, terminals, sockets, some character devices.
#ifndef CAMIO_FILE_WATCH_H
#define CAMIO_FILE_WATCH_H

#include <napi.h>

#include <camio/uv_handle.h>

namespace camio::file {

class Watch {
 public:
  // `ready(events)` is called with UV_READABLE | UV_WRITABLE as they come, once for each start.
  Watch(Napi::Env env, Napi::Function ready) : loop_(loop_of(env)), ready_(Napi::Persistent(ready)) {}

  // 0, or libuv's error: UV_EPERM for what cannot be watched because it never blocks.
  int open(int fd);
  // Watches for `events` until the next call, or for nothing when 0.
  int start(int events);
  void keep_alive(bool yes);
  void close() { handle_.close(); }
  void close(Done done) { handle_.close(done); }

 private:
  void notify(int status, int events);

  uv_loop_t* loop_;
  Napi::FunctionReference ready_;
  UvHandle<uv_poll_t> handle_;
};

// JavaScript: watchOpen(fd, ready) -> id, watchStart(id, events), watchKeepAlive(id, yes), watchClose(id).
void export_watch(Napi::Env env, Napi::Object exports);

}  // namespace camio::file

#endif
