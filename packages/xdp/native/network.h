// Where a socket is opened: a network namespace, and an interface in it.
#ifndef CAMIO_XDP_NETWORK_H
#define CAMIO_XDP_NETWORK_H

#include <cstdint>
#include <functional>
#include <string>

#include "engine.h"

namespace camio::xdp {

struct Interface {
  int index = 0;
  int mtu = 0;
  // Its link layer, ARPHRD_ETHER (1) for Ethernet.
  int kind = 0;
  uint8_t address[6] = {};
};

// As the network namespace that the calling thread is in knows it.
Outcome find_interface(const std::string& name, Interface* out);

// Does `work` in the namespace at `path`, or where we are when that is empty.
Outcome in_namespace(const std::string& path, const std::function<Outcome()>& work);

// `interface` for JavaScript: { mtu, kind, mac }.
Napi::Object describe(Napi::Env env, const Interface& interface);

}  // namespace camio::xdp

#endif
