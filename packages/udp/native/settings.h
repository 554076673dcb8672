// What a socket is to be, before it is bound or connected.
#ifndef CAMIO_UDP_SETTINGS_H
#define CAMIO_UDP_SETTINGS_H

#include <napi.h>

#include <cstddef>
#include <string>

namespace camio::udp {

// src/native/binding.ts has the same numbers.
enum Flag {
  kReusePort = 1,
  kReuseAddress = 2,
  kBroadcast = 4,
  kTimestamps = 8,
  kWhole = 16,
  kNoLoop = 32,
};

struct Settings {
  int flags = 0;
  // Bytes; 0 leaves the system's.
  int receive_buffer = 0;
  int send_buffer = 0;
  // -1 leaves the system's.
  int tos = -1;
  int ttl = -1;
  // Of multicast datagrams, in and out; 0 leaves it to the routing table.
  int interface = 0;

  bool has(Flag flag) const { return (flags & flag) != 0; }
};

// The step that failed, for the error's `syscall`.
struct Outcome {
  int error = 0;
  const char* step = nullptr;
};

// Argument `index`: an Int32Array of [flags, receive buffer, send buffer, tos, ttl, interface]. Answers false after it has thrown.
bool settings_argument(const Napi::CallbackInfo& info, size_t index, Settings* out);

Outcome apply(const Settings& settings, int family, int fd);

}  // namespace camio::udp

#endif
