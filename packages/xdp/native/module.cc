#include <camio/exports.h>
#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::xdp {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<Engine>(info, "camio:xdp"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  return export_functions(env, exports,
                          {
                              {"start", start},
                              {"poll", epoll_poll<Engine>},
                              {"gather", epoll_gather<Engine>},
                              {"close", close_socket},
                              {"takeError", take_error},
                              {"mayOpen", may_open},
                              {"packetOpen", packet_open},
                              {"packetSend", packet_send},
                              {"packetBound", packet_bound},
                              {"packetDrops", packet_drops},
                              {"memoryOpen", memory_open},
                              {"memoryClose", memory_close},
                              {"xdpOpen", xdp_open},
                              {"xdpPush", xdp_push},
                              {"xdpPull", xdp_pull},
                              {"xdpStatistics", xdp_statistics},
                          });
}

}  // namespace camio::xdp

Napi::Object camio_xdp_init(Napi::Env env, Napi::Object exports) { return camio::xdp::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_xdp_init)
