// The sockets of one environment.
#ifndef CAMIO_TCP_ENGINE_H
#define CAMIO_TCP_ENGINE_H

#include <camio/environment.h>
#include <camio/epoll_table.h>
#include <camio/fd.h>

#include <utility>

#include "socket_file.h"

namespace camio::tcp {

struct Socket {
  // Not explicit: most sockets have no file.
  Socket(Fd socket_, SocketFile file_ = {}) : socket(std::move(socket_)), file(std::move(file_)) {}
  int fd() const { return socket.get(); }

  Fd socket;
  // A listening unix socket's file. Declared last: it goes first, so that nobody finds a file without a listener.
  SocketFile file;
};

using Engine = EpollTable<Socket>;
using Env = Environment<Engine>;

}  // namespace camio::tcp

#endif
