// What JavaScript can call; src/binding.ts says what each takes and gives.
#ifndef CAMIO_XDP_FUNCTIONS_H
#define CAMIO_XDP_FUNCTIONS_H

#include <napi.h>

namespace camio::xdp {

// Either kind of socket.
Napi::Value close_socket(const Napi::CallbackInfo& info);
Napi::Value take_error(const Napi::CallbackInfo& info);
Napi::Value may_open(const Napi::CallbackInfo& info);

// AF_PACKET.
Napi::Value packet_open(const Napi::CallbackInfo& info);
Napi::Value packet_send(const Napi::CallbackInfo& info);
Napi::Value packet_bound(const Napi::CallbackInfo& info);
Napi::Value packet_drops(const Napi::CallbackInfo& info);

// AF_XDP.
Napi::Value memory_open(const Napi::CallbackInfo& info);
Napi::Value memory_close(const Napi::CallbackInfo& info);
Napi::Value xdp_open(const Napi::CallbackInfo& info);
Napi::Value xdp_push(const Napi::CallbackInfo& info);
Napi::Value xdp_pull(const Napi::CallbackInfo& info);
Napi::Value xdp_statistics(const Napi::CallbackInfo& info);

}  // namespace camio::xdp

#endif
