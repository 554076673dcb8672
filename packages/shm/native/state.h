// What one environment (the main thread or a worker) has: sockets that are watched, and memory.
#ifndef CAMIO_SHM_STATE_H
#define CAMIO_SHM_STATE_H

#include <camio/environment.h>
#include <camio/epoll_table.h>
#include <camio/fd.h>
#include <camio/slots.h>

#include <utility>

#include "close_elsewhere.h"
#include "memory.h"

namespace camio::shm {

struct Socket {
  explicit Socket(Fd socket_) : socket(std::move(socket_)) {}
  Socket(Socket&&) noexcept = default;
  ~Socket() {
    if (socket) close_socket(std::move(socket));
  }
  int fd() const { return socket.get(); }

  Fd socket;
};

class State : public EpollTable<Socket> {
 public:
  using EpollTable::EpollTable;

  // Bells and hang-ups, and nothing else: that a peer took a bell out of its queue is no news.
  int watch(Fd socket) { return add(Socket(std::move(socket)), EPOLLIN | EPOLLRDHUP); }

  Slots<Memory> memories;

  void close(Done done) {
    memories.clear();
    EpollTable::close(done);
  }
};

inline State& state_of(Napi::Env env) { return Environment<State>::of(env); }

}  // namespace camio::shm

#endif
