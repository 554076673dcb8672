#include "congestion.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace camio::tcp {

namespace {

// Built into every Linux kernel and allowed for everybody; it does not pace.
constexpr char kUnpaced[] = "reno";

// An IPv4 address as it is mapped into IPv6, so that both families compare alike.
in6_addr as_ipv6(const Address& address) {
  if (address.family() == AF_INET6) return reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr;
  in6_addr mapped{};
  mapped.s6_addr[10] = mapped.s6_addr[11] = 0xff;
  std::memcpy(&mapped.s6_addr[12], &reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr, 4);
  return mapped;
}

bool is_loopback(const in6_addr& address) {
  return IN6_IS_ADDR_LOOPBACK(&address) || (IN6_IS_ADDR_V4MAPPED(&address) && address.s6_addr[12] == 127);
}

// What a host sends to an address of its own goes over the loopback, whatever the address.
bool on_this_host(int fd, const Address& peer) {
  const in6_addr there = as_ipv6(peer);
  if (is_loopback(there)) return true;
  Address local;
  if (::getsockname(fd, local.get(), &local.length) != 0) return false;
  const in6_addr here = as_ipv6(local);
  return IN6_ARE_ADDR_EQUAL(&here, &there);
}

}  // namespace

int set_congestion(int fd, const std::string& name) {
  return ::setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name.data(), static_cast<socklen_t>(name.size())) == 0 ? 0 : errno;
}

void unpace_on_this_host(int fd, const Address& peer) {
  // Only speed depends on it: where it cannot be set the system's stays.
  if (on_this_host(fd, peer)) set_congestion(fd, kUnpaced);
}

}  // namespace camio::tcp
