#include "socket_options.h"

#include <camio/arguments.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace camio::tcp {

bool options_argument(const Napi::CallbackInfo& info, size_t index, SocketOptions* out) {
  int flags = 0;
  std::span<int32_t> buffers;
  if (!int_argument(info, index, &flags, 0, 7) || !int32s_argument(info, index + 1, &buffers)) return false;
  if (buffers.size() != 2) {
    throw_range(info.Env(), "two buffer sizes are needed");
    return false;
  }
  *out = {(flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, buffers[0], buffers[1]};
  return true;
}

namespace {

int set(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0 ? 0 : errno;
}

}  // namespace

int apply(const SocketOptions& options, int family, int fd) {
  const bool ip = family != AF_UNIX;
  int error = 0;
  if (ip && options.nodelay) error = set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (error == 0 && ip && options.keepalive) error = set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (error == 0 && ip && options.reuseport) error = set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error == 0 && options.receive_buffer > 0) error = set(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  if (error == 0 && options.send_buffer > 0) error = set(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer);
  return error;
}

}  // namespace camio::tcp
