// The sockets of one environment.
#ifndef CAMIO_XDP_ENGINE_H
#define CAMIO_XDP_ENGINE_H

#include <camio/environment.h>
#include <camio/epoll_table.h>
#include <camio/fd.h>
#include <camio/outcome.h>
#include <camio/region.h>

#include <camio/slots.h>

#include <memory>
#include <vector>

namespace camio::xdp {

struct Attachment;

struct Socket {
  // A mapped ring keeps its socket alive, so the rings go first: members are destroyed from the last one on.
  Fd descriptor;
  std::vector<Region> rings;
  // Of an AF_XDP socket that reads.
  std::shared_ptr<Attachment> attachment;

  int fd() const { return descriptor.get(); }
};

class Engine : public EpollTable<Socket> {
 public:
  using EpollTable::EpollTable;
  // Of AF_XDP, by id: one may belong to several sockets.
  Slots<Region> memories;
};

using Env = Environment<Engine>;

// The socket of the slot that argument `index` names; null after it has thrown.
Socket* socket_argument(const Napi::CallbackInfo& info, size_t index);

}  // namespace camio::xdp

#endif
