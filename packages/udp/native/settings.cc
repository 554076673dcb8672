#include "settings.h"

#include <camio/arguments.h>
#include <camio/socket_option.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

namespace camio::udp {

bool settings_argument(const Napi::CallbackInfo& info, size_t index, Settings* out) {
  std::span<int32_t> values;
  if (!int32s_argument(info, index, &values)) return false;
  if (values.size() != 6) {
    throw_range(info.Env(), "six settings are needed");
    return false;
  }
  *out = {values[0], values[1], values[2], values[3], values[4], values[5]};
  return true;
}

namespace {

// Beyond net.core.rmem_max and wmem_max for whoever may; for others as much of it as the system allows.
int set_buffer(int fd, int forced, int allowed, int size) {
  return set_option(fd, SOL_SOCKET, forced, size) == 0 ? 0 : set_option(fd, SOL_SOCKET, allowed, size);
}

int set_ip(int family, int fd, int ipv4, int ipv6, int value) {
  const bool four = family == AF_INET;
  return set_option(fd, four ? IPPROTO_IP : IPPROTO_IPV6, four ? ipv4 : ipv6, value);
}

// A socket that takes both families has options for each.
int set_both(int family, int fd, int ipv4, int ipv6, int value) {
  const int error = set_ip(family, fd, ipv4, ipv6, value);
  if (error == 0 && family == AF_INET6) set_option(fd, IPPROTO_IP, ipv4, value);
  return error;
}

int set_ipv4_multicast_interface(int fd, int index) {
  ip_mreqn request{};
  request.imr_ifindex = index;
  return ::setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof(request)) == 0 ? 0 : errno;
}

int set_multicast_interface(int family, int fd, int index) {
  const int ipv4 = set_ipv4_multicast_interface(fd, index);
  return family == AF_INET ? ipv4 : set_option(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, index);
}

// Everything that makes the system tell more than the bytes. Older kernels lack some of it: the datagrams arrive all the same.
void ask_for_more(const Settings& settings, int family, int fd) {
  set_option(fd, SOL_UDP, UDP_GRO, 1);
  set_both(family, fd, IP_RECVERR, IPV6_RECVERR, 1);
  if (settings.has(kTimestamps)) set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
}

Outcome set_routing(const Settings& settings, int family, int fd) {
  if (settings.tos >= 0) {
    if (const int error = set_both(family, fd, IP_TOS, IPV6_TCLASS, settings.tos)) return {error, "setsockopt(tos)"};
  }
  if (settings.ttl >= 0) {
    // 0 is for groups only: no other host.
    int error = settings.ttl == 0 ? 0 : set_both(family, fd, IP_TTL, IPV6_UNICAST_HOPS, settings.ttl);
    if (error == 0) error = set_both(family, fd, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, settings.ttl);
    if (error != 0) return {error, "setsockopt(ttl)"};
  }
  if (settings.has(kWhole)) {
    const int error = set_both(family, fd, IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, IP_PMTUDISC_DO);
    if (error != 0) return {error, "setsockopt(mtu discovery)"};
  }
  return {};
}

Outcome set_multicast(const Settings& settings, int family, int fd) {
  // By default Linux hands a socket what any other on this host has joined.
  set_ip(family, fd, IP_MULTICAST_ALL, IPV6_MULTICAST_ALL, 0);
  if (settings.has(kNoLoop)) {
    const int error = set_both(family, fd, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, 0);
    if (error != 0) return {error, "setsockopt(loop)"};
  }
  if (settings.interface == 0) return {};
  return {set_multicast_interface(family, fd, settings.interface), "setsockopt(interface)"};
}

Outcome set_sharing(const Settings& settings, int fd) {
  int error = 0;
  if (settings.has(kReusePort)) error = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error == 0 && settings.has(kReuseAddress)) error = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (error == 0 && settings.has(kBroadcast)) error = set_option(fd, SOL_SOCKET, SO_BROADCAST, 1);
  return {error, "setsockopt"};
}

Outcome set_buffers(const Settings& settings, int fd) {
  int error = 0;
  if (settings.receive_buffer > 0) error = set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, settings.receive_buffer);
  if (error == 0 && settings.send_buffer > 0) error = set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, settings.send_buffer);
  return {error, "setsockopt(buffer)"};
}

}  // namespace

Outcome apply(const Settings& settings, int family, int fd) {
  if (family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  ask_for_more(settings, family, fd);
  if (const Outcome outcome = set_sharing(settings, fd); outcome.error != 0) return outcome;
  if (const Outcome outcome = set_buffers(settings, fd); outcome.error != 0) return outcome;
  if (const Outcome outcome = set_routing(settings, family, fd); outcome.error != 0) return outcome;
  return set_multicast(settings, family, fd);
}

}  // namespace camio::udp
