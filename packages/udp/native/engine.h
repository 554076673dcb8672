// The sockets of one environment, and the lists that its system calls work on.
#ifndef CAMIO_UDP_ENGINE_H
#define CAMIO_UDP_ENGINE_H

#include <camio/environment.h>
#include <camio/epoll_table.h>
#include <camio/fd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "gathering.h"
#include "message_list.h"

namespace camio::udp {

struct Socket {
  Fd descriptor;
  // AF_INET, or AF_INET6, which takes IPv4 as well where it is bound to every address.
  int family;
  // Its peer is fixed: the system asks for no address, and datagrams of others do not arrive.
  bool connected;
  // What the system joins into one packet of segments (UDP_SEGMENT, udp(7)): so many segments, of so many bytes each. Less, once
  // the system has refused more.
  size_t most_segments = kMostSegments;
  size_t largest_segment = 65535;

  int fd() const { return descriptor.get(); }

  // UDP_MAX_SEGMENTS of Linux 6.9 and later; before that 64, which is found out by asking.
  static constexpr size_t kMostSegments = 128;
  static constexpr size_t kSegmentsBefore = 64;
};

class Engine : public EpollTable<Socket> {
 public:
  using EpollTable::EpollTable;
  MessageList messages;
  Gathering gathering;

  // See Gathering::ask. Answers 0 or an errno.
  int gather(int microseconds) {
    gathering.ask(microseconds);
    return EpollTable::gather(std::max(microseconds, 0));
  }

 protected:
  int pause() override { return gathering.pause(); }
};

using Env = Environment<Engine>;

// How many datagrams the socket has dropped so far, modulo 2^32: SO_MEMINFO, see sock_diag(7). Answers 0 or an errno.
int drops_of(int fd, uint32_t* total);

// The socket of the slot that argument `index` names; null after it has thrown.
Socket* socket_argument(const Napi::CallbackInfo& info, size_t index);

}  // namespace camio::udp

#endif
