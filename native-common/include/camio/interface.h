// A network interface as netdevice(7) tells of it.
#ifndef CAMIO_INTERFACE_H
#define CAMIO_INTERFACE_H

#include <napi.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include "fd.h"
#include "outcome.h"

namespace camio {

struct Interface {
  int index = 0;
  int mtu = 0;
  // Its link layer, ARPHRD_ETHER (1) for Ethernet.
  int kind = 0;
  uint8_t address[6] = {};
};

// As the network namespace that the calling thread is in knows it.
inline Outcome find_interface(const std::string& name, Interface* out) {
  // A socket of its own: those of AF_XDP answer no ioctl.
  const Fd asking(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int fd = asking.get();
  if (fd < 0) return {errno, "socket"};
  ifreq request{};
  if (name.empty() || name.size() >= sizeof(request.ifr_name)) return {ENODEV, "ioctl(SIOCGIFINDEX)"};
  std::memcpy(request.ifr_name, name.data(), name.size());
  if (::ioctl(fd, SIOCGIFINDEX, &request) != 0) return {errno, "ioctl(SIOCGIFINDEX)"};
  out->index = request.ifr_ifindex;
  if (::ioctl(fd, SIOCGIFMTU, &request) != 0) return {errno, "ioctl(SIOCGIFMTU)"};
  out->mtu = request.ifr_mtu;
  if (::ioctl(fd, SIOCGIFHWADDR, &request) != 0) return {errno, "ioctl(SIOCGIFHWADDR)"};
  out->kind = request.ifr_hwaddr.sa_family;
  std::memcpy(out->address, request.ifr_hwaddr.sa_data, sizeof(out->address));
  return {};
}

// For JavaScript: { index, mtu, kind, mac }.
inline Napi::Object describe(Napi::Env env, const Interface& interface) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("index", interface.index);
  result.Set("mtu", interface.mtu);
  result.Set("kind", interface.kind);
  char text[18];
  const uint8_t* a = interface.address;
  std::snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
  result.Set("mac", text);
  return result;
}

}  // namespace camio

#endif
