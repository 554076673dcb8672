// The options that a socket gets before it is bound or connected; accepted sockets inherit them from the listening one.
#ifndef CAMIO_TCP_SOCKET_OPTIONS_H
#define CAMIO_TCP_SOCKET_OPTIONS_H

#include <napi.h>

namespace camio::tcp {

struct SocketOptions {
  bool nodelay = false;
  bool keepalive = false;
  bool reuseport = false;
  // Bytes; 0 leaves the system's value, which for TCP adapts itself.
  int receive_buffer = 0;
  int send_buffer = 0;
};

// Two arguments from `index` on: the flags (1 nodelay, 2 keepalive, 4 reuseport), and [receive, send] buffer sizes as an
// Int32Array. Answers false after it has thrown.
bool options_argument(const Napi::CallbackInfo& info, size_t index, SocketOptions* out);

// Answers 0 or an errno.
int apply(const SocketOptions& options, int family, int fd);

}  // namespace camio::tcp

#endif
