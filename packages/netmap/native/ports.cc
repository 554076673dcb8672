// What an open port needs: syncs, its interface, its end.
#include <camio/arguments.h>
#include <camio/closing.h>
#include <camio/error.h>
#include <fcntl.h>
#include <net/if.h>

#include <utility>

#include "engine.h"
#include "functions.h"
#include "netmap_abi.h"

namespace camio::netmap {

namespace {

// Null after it has thrown.
Port* port_argument(const Napi::CallbackInfo& info) {
  return slot_argument(info, 0, Env::of(info.Env()), "the port is closed");
}

Napi::Value sync(const Napi::CallbackInfo& info, unsigned long request) {
  Port* port = port_argument(info);
  if (port == nullptr) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), ::ioctl(port->fd(), request) == 0 ? 0 : -errno);
}

}  // namespace

// () -> 0, or the errno that the device is refused with
Napi::Value may_open(const Napi::CallbackInfo& info) {
  const Fd device(::open(NM_DEVICE, O_RDWR | O_CLOEXEC));
  return Napi::Number::New(info.Env(), device ? 0 : errno);
}

// (slot) -> 0 or -errno
Napi::Value tx_sync(const Napi::CallbackInfo& info) { return sync(info, NM_TXSYNC); }
Napi::Value rx_sync(const Napi::CallbackInfo& info) { return sync(info, NM_RXSYNC); }

// (index) -> is there an interface of this index, whatever it is called by now?
Napi::Value is_there(const Napi::CallbackInfo& info) {
  int index = 0;
  if (!int_argument(info, 0, &index, 1)) return info.Env().Undefined();
  char name[IF_NAMESIZE];
  const bool there = ::if_indextoname(static_cast<unsigned>(index), name) != nullptr || errno != ENXIO;
  return Napi::Boolean::New(info.Env(), there);
}

// (slot) -> a promise: the slot is free and the memory is gone at once, the port when it resolves. To take an interface out of netmap's
// hands the kernel waits until no processor looks at it.
Napi::Value close_port(const Napi::CallbackInfo& info) {
  int slot = 0;
  if (port_argument(info) == nullptr || !int_argument(info, 0, &slot)) return info.Env().Undefined();
  Port port = Env::of(info.Env()).take(slot);
  // Here, where whoever looks at it runs.
  port.memory.close();
  return Closing<Port>::begin(info.Env(), "camio:netmap:close", std::move(port));
}

}  // namespace camio::netmap
