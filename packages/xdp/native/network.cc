#include "network.h"

#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstring>

namespace camio::xdp {

Outcome find_interface(const std::string& name, Interface* out) {
  // Not the socket in question: AF_XDP answers no ioctl.
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

namespace {

struct Visit {
  int fd;
  const std::function<Outcome()>& work;
  Outcome outcome;
};

void* pay(void* data) {
  auto* visit = static_cast<Visit*>(data);
  if (::setns(visit->fd, CLONE_NEWNET) != 0) visit->outcome = {errno, "setns"};
  else visit->outcome = visit->work();
  return nullptr;
}

}  // namespace

Outcome in_namespace(const std::string& path, const std::function<Outcome()>& work) {
  if (path.empty()) return work();
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {errno, "open(netns)"};
  // setns(2) moves the calling thread: one of its own goes there, and ours need not find back.
  Visit visit{fd.get(), work, {}};
  pthread_t thread;
  if (const int error = ::pthread_create(&thread, nullptr, pay, &visit); error != 0) return {error, "pthread_create"};
  ::pthread_join(thread, nullptr);
  return visit.outcome;
}

Napi::Object describe(Napi::Env env, const Interface& interface) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("mtu", interface.mtu);
  result.Set("kind", interface.kind);
  char text[18];
  const uint8_t* a = interface.address;
  std::snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4], a[5]);
  result.Set("mac", text);
  return result;
}

}  // namespace camio::xdp
