#include "name.h"

#include <cstring>

namespace camio::udp {

namespace {

constexpr size_t kPort = 16;
constexpr size_t kFamily = 18;
constexpr size_t kZone = 20;

// ::ffff:a.b.c.d
constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

void write_ipv4(const void* address, in_port_t port, uint8_t* name) {
  std::memcpy(name, address, 4);
  std::memcpy(name + kPort, &port, sizeof(port));
  name[kFamily] = 4;
}

}  // namespace

void write_name(const sockaddr_in6& address, uint8_t* name) {
  std::memset(name, 0, kNameSize);
  if (address.sin6_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &address, sizeof(ipv4));
    write_ipv4(&ipv4.sin_addr, ipv4.sin_port, name);
  } else if (address.sin6_family == AF_INET6) {
    const uint8_t* bytes = address.sin6_addr.s6_addr;
    if (std::memcmp(bytes, kMapped, sizeof(kMapped)) == 0) return write_ipv4(bytes + 12, address.sin6_port, name);
    std::memcpy(name, bytes, 16);
    std::memcpy(name + kPort, &address.sin6_port, sizeof(address.sin6_port));
    std::memcpy(name + kZone, &address.sin6_scope_id, sizeof(address.sin6_scope_id));
    name[kFamily] = 6;
  }
}

socklen_t read_name(const uint8_t* name, int family, sockaddr_in6* address) {
  *address = {};
  if (family == AF_INET) {
    if (name[kFamily] != 4) return 0;
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    std::memcpy(&ipv4.sin_addr, name, 4);
    std::memcpy(&ipv4.sin_port, name + kPort, sizeof(ipv4.sin_port));
    std::memcpy(address, &ipv4, sizeof(ipv4));
    return sizeof(ipv4);
  }
  address->sin6_family = AF_INET6;
  std::memcpy(&address->sin6_port, name + kPort, sizeof(address->sin6_port));
  if (name[kFamily] == 4) {
    std::memcpy(address->sin6_addr.s6_addr, kMapped, sizeof(kMapped));
    std::memcpy(address->sin6_addr.s6_addr + sizeof(kMapped), name, 4);
  } else {
    std::memcpy(address->sin6_addr.s6_addr, name, 16);
    std::memcpy(&address->sin6_scope_id, name + kZone, sizeof(address->sin6_scope_id));
  }
  return sizeof(*address);
}

}  // namespace camio::udp
