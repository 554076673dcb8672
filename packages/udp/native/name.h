// An address as JavaScript has it: 24 bytes that can be copied, compared and looked up without knowing what is in them.
//
//   0..15  the address in network order; IPv4 in the first four, zeros behind it, also where it came mapped into IPv6
//   16..17 the port in network order
//   18     4 or 6
//   20..23 the zone of a link-local address (an interface's index), in host order
#ifndef CAMIO_UDP_NAME_H
#define CAMIO_UDP_NAME_H

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>

namespace camio::udp {

constexpr size_t kNameSize = 24;

// Of the system's, which is of either family. Anything else becomes zeros.
void write_name(const sockaddr_in6& address, uint8_t* name);

// For a socket of `family`. Answers the address's length, or 0 where such a socket cannot reach it.
socklen_t read_name(const uint8_t* name, int family, sockaddr_in6* address);

}  // namespace camio::udp

#endif
