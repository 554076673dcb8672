// What JavaScript can call; src/native/binding.ts says what each takes and gives.
#ifndef CAMIO_UDP_FUNCTIONS_H
#define CAMIO_UDP_FUNCTIONS_H

#include <napi.h>

namespace camio::udp {

Napi::Value open_socket(const Napi::CallbackInfo& info);
Napi::Value close_socket(const Napi::CallbackInfo& info);
Napi::Value interface_index(const Napi::CallbackInfo& info);

Napi::Value receive(const Napi::CallbackInfo& info);
Napi::Value send(const Napi::CallbackInfo& info);
Napi::Value errors(const Napi::CallbackInfo& info);

Napi::Value local_address(const Napi::CallbackInfo& info);
Napi::Value drops(const Napi::CallbackInfo& info);
Napi::Value path_mtu(const Napi::CallbackInfo& info);

}  // namespace camio::udp

#endif
