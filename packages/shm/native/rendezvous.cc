// Who meets whom: a unix socket with a name of Linux's abstract namespace (unix(7)), which leaves nothing behind. It has no
// permissions, so each end asks the system who the other one is.
#include <camio/arguments.h>
#include <camio/error.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "functions.h"
#include "state.h"

namespace camio::shm {

namespace {

constexpr int kSocketType = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

struct Name {
  sockaddr_un address{};
  socklen_t length = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

bool name_argument(const Napi::CallbackInfo& info, size_t index, Name* out) {
  std::string name;
  if (!string_argument(info, index, &name)) return false;
  // The first byte stays zero: abstract.
  if (name.size() > sizeof(out->address.sun_path) - 1) {
    throw_errno(info.Env(), "bind", ENAMETOOLONG);
    return false;
  }
  out->address.sun_family = AF_UNIX;
  std::memcpy(out->address.sun_path + 1, name.data(), name.size());
  out->length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return true;
}

Napi::Value watch(Napi::Env env, Fd socket) {
  const int slot = state_of(env).watch(std::move(socket));
  return slot < 0 ? throw_errno(env, "epoll_ctl", -slot) : Napi::Number::New(env, slot);
}

// Group ids of the peer beside its first one, see SO_PEERGROUPS in unix(7).
std::vector<gid_t> other_groups(int fd) {
  std::vector<gid_t> groups(64);
  socklen_t length = groups.size() * sizeof(gid_t);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) != 0) {
    if (errno != ERANGE) return {};
    groups.resize(length / sizeof(gid_t));
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &length) != 0) return {};
  }
  groups.resize(length / sizeof(gid_t));
  return groups;
}

bool credentials(int fd, ucred* out) {
  socklen_t length = sizeof(*out);
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, out, &length) == 0;
}

}  // namespace

int socket_argument(const Napi::CallbackInfo& info, size_t index) {
  const auto* socket = slot_argument(info, index, state_of(info.Env()), "the socket is closed");
  return socket == nullptr ? -1 : socket->fd();
}

// (name, backlog) -> slot
Napi::Value listen_name(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Name name;
  int backlog = 0;
  if (!name_argument(info, 0, &name) || !int_argument(info, 1, &backlog, 1)) return env.Undefined();
  Fd socket(::socket(AF_UNIX, kSocketType, 0));
  if (!socket) return throw_errno(env, "socket");
  if (::bind(socket.get(), name.get(), name.length) != 0) return throw_errno(env, "bind");
  if (::listen(socket.get(), backlog) != 0) return throw_errno(env, "listen");
  return watch(env, std::move(socket));
}

// (slot) -> slot, or -errno
Napi::Value accept_one(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const int listening = socket_argument(info, 0);
  if (listening < 0) return env.Undefined();
  int fd = -1;
  do fd = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
  return Napi::Number::New(env, fd < 0 ? -errno : state_of(env).watch(Fd(fd)));
}

// (name) -> slot. Throws ECONNREFUSED where nobody has the name, EAGAIN where too many wait for its owner.
Napi::Value connect_name(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Name name;
  if (!name_argument(info, 0, &name)) return env.Undefined();
  Fd socket(::socket(AF_UNIX, kSocketType, 0));
  if (!socket) return throw_errno(env, "socket");
  if (::connect(socket.get(), name.get(), name.length) != 0) return throw_errno(env, "connect");
  return watch(env, std::move(socket));
}

// (slot) -> the other end's effective user when it connected, or listened; -errno
Napi::Value peer_uid(const Napi::CallbackInfo& info) {
  const int fd = socket_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  ucred peer{};
  if (!credentials(fd, &peer)) return Napi::Number::New(info.Env(), -errno);
  return Napi::Number::New(info.Env(), static_cast<double>(peer.uid));
}

// (slot) -> the process at the other end when it connected, or listened; 0 if it is of a PID namespace that is not seen here; -errno
Napi::Value peer_pid(const Napi::CallbackInfo& info) {
  const int fd = socket_argument(info, 0);
  if (fd < 0) return info.Env().Undefined();
  ucred peer{};
  if (!credentials(fd, &peer)) return Napi::Number::New(info.Env(), -errno);
  return Napi::Number::New(info.Env(), peer.pid);
}

// (slot, gid) -> is the other end's user a member of the group?
Napi::Value peer_in_group(const Napi::CallbackInfo& info) {
  const int fd = socket_argument(info, 0);
  int64_t gid = 0;
  if (fd < 0 || !int_argument(info, 1, 0, UINT32_MAX, &gid)) return info.Env().Undefined();
  ucred peer{};
  if (!credentials(fd, &peer)) return Napi::Boolean::New(info.Env(), false);
  const std::vector<gid_t> others = other_groups(fd);
  const bool member = peer.gid == gid || std::find(others.begin(), others.end(), gid) != others.end();
  return Napi::Boolean::New(info.Env(), member);
}

// (slot, reset): a unix socket knows no reset
Napi::Value close_socket(const Napi::CallbackInfo& info) {
  int slot = 0;
  if (socket_argument(info, 0) < 0 || !int_argument(info, 0, &slot)) return info.Env().Undefined();
  state_of(info.Env()).remove(slot);
  return info.Env().Undefined();
}

}  // namespace camio::shm
