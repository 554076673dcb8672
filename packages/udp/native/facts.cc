// What the system knows of a socket.
#include <camio/error.h>
#include <camio/ip_address.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "engine.h"
#include "functions.h"

namespace camio::udp {

// (slot) -> { host, port }
Napi::Value local_address(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  if (socket == nullptr) return info.Env().Undefined();
  Address address;
  if (::getsockname(socket->fd(), address.get(), &address.length) != 0) return throw_errno(info.Env(), "getsockname");
  return describe_ip(info.Env(), address);
}

int drops_of(int fd, uint32_t* total) {
  uint32_t values[SK_MEMINFO_VARS] = {};
  socklen_t length = sizeof(values);
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &length) != 0) return errno;
  *total = values[SK_MEMINFO_DROPS];
  return 0;
}

// (slot) -> how many datagrams the socket has dropped so far, modulo 2^32, or -errno.
Napi::Value drops(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  if (socket == nullptr) return info.Env().Undefined();
  uint32_t total = 0;
  const int error = drops_of(socket->fd(), &total);
  return error == 0 ? Napi::Number::New(info.Env(), total) : Napi::Number::New(info.Env(), -error);
}

// (slot) -> what the path to the connected peer takes at once, IP header included, or -errno. See IP_MTU in ip(7).
Napi::Value path_mtu(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  if (socket == nullptr) return info.Env().Undefined();
  int mtu = 0;
  socklen_t length = sizeof(mtu);
  const bool four = socket->family == AF_INET;
  const int result = ::getsockopt(socket->fd(), four ? IPPROTO_IP : IPPROTO_IPV6, four ? IP_MTU : IPV6_MTU, &mtu, &length);
  return Napi::Number::New(info.Env(), result == 0 ? mtu : -errno);
}

}  // namespace camio::udp
