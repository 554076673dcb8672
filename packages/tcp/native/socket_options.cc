#include "socket_options.h"

#include <camio/arguments.h>
#include <camio/error.h>
#include <camio/socket_option.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "congestion.h"

namespace camio::tcp {

bool options_argument(const Napi::CallbackInfo& info, size_t index, SocketOptions* out) {
  int flags = 0;
  std::span<int32_t> buffers;
  if (!int_argument(info, index, &flags, 0, 15) || !int32s_argument(info, index + 1, &buffers)) return false;
  if (buffers.size() != 2) {
    throw_range(info.Env(), "two buffer sizes are needed");
    return false;
  }
  *out = {(flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0, buffers[0], buffers[1], {}};
  return true;
}

bool ip_options_argument(const Napi::CallbackInfo& info, size_t index, SocketOptions* out) {
  return options_argument(info, index, out) && string_argument(info, index + 2, &out->congestion);
}

namespace {

int apply_all(const SocketOptions& options, int family, int fd) {
  const bool ip = family != AF_UNIX;
  int error = 0;
  if (ip && options.nodelay) error = set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (error == 0 && ip && options.keepalive) error = set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  if (error == 0 && ip && options.reuseport) error = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (error == 0 && options.receive_buffer > 0) error = set_option(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer);
  if (error == 0 && options.send_buffer > 0) error = set_option(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer);
  return error;
}

}  // namespace

bool apply(Napi::Env env, const SocketOptions& options, int family, int fd) {
  if (const int error = apply_all(options, family, fd)) {
    throw_errno(env, "setsockopt", error);
    return false;
  }
  if (options.congestion.empty()) return true;
  const int error = set_congestion(fd, options.congestion);
  if (error != 0) throw_errno(env, "setsockopt(TCP_CONGESTION)", error);
  return error == 0;
}

}  // namespace camio::tcp
