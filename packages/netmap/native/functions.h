// What JavaScript can call; src/binding.ts says what each takes and gives.
#ifndef CAMIO_NETMAP_FUNCTIONS_H
#define CAMIO_NETMAP_FUNCTIONS_H

#include <napi.h>

namespace camio::netmap {

Napi::Value may_open(const Napi::CallbackInfo& info);
Napi::Value open_port(const Napi::CallbackInfo& info);
Napi::Value close_port(const Napi::CallbackInfo& info);
Napi::Value tx_sync(const Napi::CallbackInfo& info);
Napi::Value rx_sync(const Napi::CallbackInfo& info);
Napi::Value is_there(const Napi::CallbackInfo& info);

}  // namespace camio::netmap

#endif
