// The options that a socket gets before it is bound or connected; accepted sockets inherit them from the listening one.
#ifndef CAMIO_TCP_SOCKET_OPTIONS_H
#define CAMIO_TCP_SOCKET_OPTIONS_H

#include <napi.h>

#include <string>

namespace camio::tcp {

struct SocketOptions {
  bool nodelay = false;
  bool keepalive = false;
  bool reuseport = false;
  // Between two ends on this host: see `unpace_on_this_host`. It is done once the other end is known.
  bool unpaced_here = false;
  // Bytes; 0 leaves the system's value, which for TCP adapts itself.
  int receive_buffer = 0;
  int send_buffer = 0;
  // The congestion control's name; empty leaves the system's.
  std::string congestion;
};

// Two arguments from `index` on: the flags (1 nodelay, 2 keepalive, 4 reuseport, 8 unpaced here), and [receive, send] buffer
// sizes as an Int32Array. Answers false after it has thrown.
bool options_argument(const Napi::CallbackInfo& info, size_t index, SocketOptions* out);
// The same, and the congestion control's name in a third argument.
bool ip_options_argument(const Napi::CallbackInfo& info, size_t index, SocketOptions* out);

// Throws what fails and answers false.
bool apply(Napi::Env env, const SocketOptions& options, int family, int fd);

}  // namespace camio::tcp

#endif
