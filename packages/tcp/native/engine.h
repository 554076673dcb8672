// One epoll instance an environment, watched by one uv_poll handle: what an event costs does not depend on how many sockets
// are idle, and JavaScript is called once a wake-up and not once an event.
#ifndef CAMIO_TCP_ENGINE_H
#define CAMIO_TCP_ENGINE_H

#include <camio/environment.h>
#include <camio/fd.h>
#include <camio/uv_handle.h>
#include <napi.h>
#include <sys/epoll.h>

#include <array>

#include "slots.h"

namespace camio::tcp {

class Engine {
 public:
  explicit Engine(Napi::Env env) : env_(env) {}

  // Creates epoll and its uv handle, which does not keep the process alive: core's KeepAlive does while somebody waits.
  // `table` is an Int32Array that receives pairs of slot and epoll events; `on_events(count)` is called when there are some.
  // Answers 0 or an errno.
  int start(Napi::TypedArray table, Napi::Function on_events);
  // Looks without waiting and fills the table. Answers how many pairs, or -errno.
  int harvest();
  // Watches a socket, edge-triggered, until it is removed. Answers its slot, or -errno (the socket is closed then).
  int add(Fd socket, SocketFile file = {});
  // The descriptor, or -1 for a slot that is not in use.
  int fd(int slot) const { return slots_.fd(slot); }
  void remove(int slot);

  void close(Done done);

 private:
  static constexpr int kEventsAtOnce = 256;

  static void on_readable(uv_poll_t* handle, int status, int events);
  void tell(int count);

  Napi::Env env_;
  Fd epoll_;
  UvHandle<uv_poll_t> handle_;
  Slots slots_;
  Napi::Reference<Napi::TypedArray> table_;
  Napi::FunctionReference on_events_;
  napi_async_context context_ = nullptr;
  std::array<epoll_event, kEventsAtOnce> events_;
};

using Env = Environment<Engine>;

}  // namespace camio::tcp

#endif
