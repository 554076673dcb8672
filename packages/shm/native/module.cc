#include <camio/exports.h>
#include <napi.h>

#include "functions.h"
#include "state.h"

namespace camio::shm {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<State>(info, "camio:shm"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Environment<State>::attach(env);
  return export_functions(env, exports,
                          {
                              {"start", start},
                              {"poll", epoll_poll<State>},
                              {"close", close_socket},
                              {"createMemory", create_memory},
                              {"mapMemory", map_memory},
                              {"freezeMemory", freeze_memory},
                              {"forgetMemory", forget_memory},
                              {"releaseMemory", release_memory},
                              {"listen", listen_name},
                              {"accept", accept_one},
                              {"connect", connect_name},
                              {"peerUid", peer_uid},
                              {"peerPid", peer_pid},
                              {"peerInGroup", peer_in_group},
                              {"sendHello", send_hello},
                              {"receiveHello", receive_hello},
                              {"ring", ring_bell},
                              {"sayFarewell", say_farewell},
                              {"clearBells", clear_bells},
                          });
}

}  // namespace camio::shm

Napi::Object camio_shm_init(Napi::Env env, Napi::Object exports) { return camio::shm::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_shm_init)
