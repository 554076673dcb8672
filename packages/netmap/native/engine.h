// The ports of one environment.
#ifndef CAMIO_NETMAP_ENGINE_H
#define CAMIO_NETMAP_ENGINE_H

#include <camio/environment.h>
#include <camio/epoll_table.h>
#include <camio/fd.h>
#include <camio/outcome.h>
#include <camio/region.h>

namespace camio::netmap {

struct Port {
  // A mapping keeps the port registered, so it goes first: members are destroyed from the last one on.
  Fd device;
  Region memory;

  int fd() const { return device.get(); }
};

class Engine : public EpollTable<Port> {
 public:
  using EpollTable::EpollTable;
};

using Env = Environment<Engine>;

}  // namespace camio::netmap

#endif
