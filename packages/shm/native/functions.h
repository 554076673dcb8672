// What JavaScript can call; src/binding.ts says what each takes and gives.
#ifndef CAMIO_SHM_FUNCTIONS_H
#define CAMIO_SHM_FUNCTIONS_H

#include <napi.h>

#include "memory.h"

namespace camio::shm {

// The descriptor of the socket that argument `index` names; -1 after it has thrown.
int socket_argument(const Napi::CallbackInfo& info, size_t index);
// Null after it has thrown.
Memory* memory_argument(const Napi::CallbackInfo& info, size_t index);

Napi::Value create_memory(const Napi::CallbackInfo& info);
Napi::Value map_memory(const Napi::CallbackInfo& info);
Napi::Value freeze_memory(const Napi::CallbackInfo& info);
Napi::Value forget_memory(const Napi::CallbackInfo& info);
Napi::Value release_memory(const Napi::CallbackInfo& info);

Napi::Value listen_name(const Napi::CallbackInfo& info);
Napi::Value accept_one(const Napi::CallbackInfo& info);
Napi::Value connect_name(const Napi::CallbackInfo& info);
Napi::Value peer_uid(const Napi::CallbackInfo& info);
Napi::Value peer_pid(const Napi::CallbackInfo& info);
Napi::Value peer_in_group(const Napi::CallbackInfo& info);
Napi::Value close_socket(const Napi::CallbackInfo& info);

Napi::Value send_hello(const Napi::CallbackInfo& info);
Napi::Value receive_hello(const Napi::CallbackInfo& info);

Napi::Value ring_bell(const Napi::CallbackInfo& info);
Napi::Value say_farewell(const Napi::CallbackInfo& info);
Napi::Value clear_bells(const Napi::CallbackInfo& info);

}  // namespace camio::shm

#endif
