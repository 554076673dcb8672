#include <napi.h>

#include "functions.h"
#include "state.h"

namespace camio::shm {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<State>(info, "camio:shm"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Environment<State>::attach(env);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("start", start);
  add("poll", epoll_poll<State>);
  add("close", close_socket);
  add("createMemory", create_memory);
  add("mapMemory", map_memory);
  add("freezeMemory", freeze_memory);
  add("forgetMemory", forget_memory);
  add("releaseMemory", release_memory);
  add("listen", listen_name);
  add("accept", accept_one);
  add("connect", connect_name);
  add("peerUid", peer_uid);
  add("peerPid", peer_pid);
  add("peerInGroup", peer_in_group);
  add("sendHello", send_hello);
  add("receiveHello", receive_hello);
  add("ring", ring_bell);
  add("sayFarewell", say_farewell);
  add("clearBells", clear_bells);
  return exports;
}

}  // namespace camio::shm

Napi::Object camio_shm_init(Napi::Env env, Napi::Object exports) { return camio::shm::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_shm_init)
