#include <camio/exports.h>
#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::tcp {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<Engine>(info, "camio:tcp"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  return export_functions(env, exports,
                          {
                              {"start", start},
                              {"poll", epoll_poll<Engine>},
                              {"connectIp", connect_ip},
                              {"connectUnix", connect_unix},
                              {"connected", connected},
                              {"listenIp", listen_ip},
                              {"listenUnix", listen_unix},
                              {"accept", accept_batch},
                              {"receive", receive},
                              {"send", send},
                              {"sendHeld", send_held},
                              {"dropInput", drop_input},
                              {"unacknowledged", unacknowledged},
                              {"shutDown", shut_down},
                              {"close", close_socket},
                              {"descriptor", descriptor},
                              {"localAddress", local_address},
                              {"peerAddress", peer_address},
                              {"peerUid", peer_uid},
                          });
}

}  // namespace camio::tcp

Napi::Object camio_tcp_init(Napi::Env env, Napi::Object exports) { return camio::tcp::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_tcp_init)
