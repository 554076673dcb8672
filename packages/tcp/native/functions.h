// What JavaScript can call; src/native/binding.ts says what each takes and gives.
#ifndef CAMIO_TCP_FUNCTIONS_H
#define CAMIO_TCP_FUNCTIONS_H

#include <napi.h>

namespace camio::tcp {

// The descriptor of the slot that argument `index` names; -1 after it has thrown.
int fd_argument(const Napi::CallbackInfo& info, size_t index);

Napi::Value connect_ip(const Napi::CallbackInfo& info);
Napi::Value connect_unix(const Napi::CallbackInfo& info);
Napi::Value connected(const Napi::CallbackInfo& info);

Napi::Value listen_ip(const Napi::CallbackInfo& info);
Napi::Value listen_unix(const Napi::CallbackInfo& info);
Napi::Value accept_batch(const Napi::CallbackInfo& info);

Napi::Value receive(const Napi::CallbackInfo& info);
Napi::Value send(const Napi::CallbackInfo& info);
Napi::Value send_held(const Napi::CallbackInfo& info);
Napi::Value drop_input(const Napi::CallbackInfo& info);
Napi::Value unacknowledged(const Napi::CallbackInfo& info);
Napi::Value shut_down(const Napi::CallbackInfo& info);
Napi::Value close_socket(const Napi::CallbackInfo& info);

Napi::Value descriptor(const Napi::CallbackInfo& info);
Napi::Value local_address(const Napi::CallbackInfo& info);
Napi::Value peer_address(const Napi::CallbackInfo& info);
Napi::Value peer_uid(const Napi::CallbackInfo& info);

}  // namespace camio::tcp

#endif
