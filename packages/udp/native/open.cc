// Making a socket: bound, connected, joined.
#include <camio/arguments.h>
#include <camio/error.h>
#include <camio/ip_address.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "engine.h"
#include "functions.h"
#include "settings.h"

namespace camio::udp {

namespace {

struct Place {
  std::string host;
  int port = 0;
  Address address;
  bool given() const { return !host.empty(); }
};

// Two arguments: a numeric host, or nothing, and a port. Answers false after it has thrown.
bool place_argument(const Napi::CallbackInfo& info, size_t index, Place* out) {
  if (!string_argument(info, index, &out->host) || !int_argument(info, index + 1, &out->port, 0, 65535)) return false;
  if (!out->given()) return true;
  const int error = ip_address(out->host, out->port, &out->address);
  if (error != 0) throw_errno(info.Env(), "address", error);
  return error == 0;
}

int join(int fd, const Settings& settings, const Address& group, const Place& source) {
  const int level = group.family() == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
  if (!source.given()) {
    group_req request{};
    request.gr_interface = static_cast<uint32_t>(settings.interface);
    request.gr_group = group.storage;
    return ::setsockopt(fd, level, MCAST_JOIN_GROUP, &request, sizeof(request)) == 0 ? 0 : errno;
  }
  group_source_req request{};
  request.gsr_interface = static_cast<uint32_t>(settings.interface);
  request.gsr_group = group.storage;
  request.gsr_source = source.address.storage;
  return ::setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &request, sizeof(request)) == 0 ? 0 : errno;
}

struct Plan {
  Place local;
  Place remote;
  Place group;
  Place source;
  Settings settings;

  int family() const {
    const Place& first = local.given() ? local : remote;
    return first.address.family();
  }
};

Outcome carry_out(const Plan& plan, int fd) {
  const auto& [local, remote, group, source, settings] = plan;
  if (const Outcome outcome = apply(settings, plan.family(), fd); outcome.error != 0) return outcome;
  if (local.given() && ::bind(fd, local.address.get(), local.address.length) != 0) return {errno, "bind"};
  if (group.given()) {
    if (const int error = join(fd, settings, group.address, source)) return {error, "setsockopt(join)"};
  }
  if (remote.given() && ::connect(fd, remote.address.get(), remote.address.length) != 0) return {errno, "connect"};
  return {};
}

}  // namespace

// (localHost, localPort, remoteHost, remotePort, groupHost, groupPort, sourceHost, sourcePort, settings) -> slot. Hosts are
// numeric; an empty one is none.
Napi::Value open_socket(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Plan plan;
  if (!place_argument(info, 0, &plan.local) || !place_argument(info, 2, &plan.remote) ||
      !place_argument(info, 4, &plan.group) || !place_argument(info, 6, &plan.source) ||
      !settings_argument(info, 8, &plan.settings)) {
    return env.Undefined();
  }
  const int family = plan.family();
  Fd descriptor(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!descriptor) return throw_errno(env, "socket");
  if (const Outcome outcome = carry_out(plan, descriptor.get()); outcome.error != 0) {
    return throw_errno(env, outcome.step, outcome.error);
  }
  const int slot = Env::of(env).add(Socket{std::move(descriptor), family, plan.remote.given()});
  return slot < 0 ? throw_errno(env, "epoll_ctl", -slot) : Napi::Number::New(env, slot);
}

Socket* socket_argument(const Napi::CallbackInfo& info, size_t index) {
  return slot_argument(info, index, Env::of(info.Env()), "the socket is closed");
}

// (slot)
Napi::Value close_socket(const Napi::CallbackInfo& info) {
  int slot = 0;
  if (socket_argument(info, 0) == nullptr || !int_argument(info, 0, &slot)) return info.Env().Undefined();
  Env::of(info.Env()).remove(slot);
  return info.Env().Undefined();
}

// (name) -> its index; 0 where there is no such interface
Napi::Value interface_index(const Napi::CallbackInfo& info) {
  std::string name;
  if (!string_argument(info, 0, &name)) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), ::if_nametoindex(name.c_str()));
}

}  // namespace camio::udp
