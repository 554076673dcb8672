// Which congestion control a TCP socket runs, see TCP_CONGESTION in tcp(7).
#ifndef CAMIO_TCP_CONGESTION_H
#define CAMIO_TCP_CONGESTION_H

#include <string>

#include "address.h"

namespace camio::tcp {

// By its name, as in /proc/sys/net/ipv4/tcp_available_congestion_control. Answers 0 or an errno.
int set_congestion(int fd, const std::string& name);

// For a socket whose peer is `peer`, when both are on this host: from now on it sends as fast as the peer takes it. Some
// systems run BBR, which measures a path and paces what it sends to fit: on a path that is a memory copy its timers are all
// that it adds, and they cost most of the throughput (docs/decisions/0011).
void unpace_on_this_host(int fd, const Address& peer);

}  // namespace camio::tcp

#endif
