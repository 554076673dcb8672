#include <camio/exports.h>
#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::netmap {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<Engine>(info, "camio:netmap"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  return export_functions(env, exports,
                          {
                              {"start", start},
                              {"poll", epoll_poll<Engine>},
                              {"close", close_port},
                              {"mayOpen", may_open},
                              {"openPort", open_port},
                              {"txSync", tx_sync},
                              {"rxSync", rx_sync},
                              {"isThere", is_there},
                          });
}

}  // namespace camio::netmap

Napi::Object camio_netmap_init(Napi::Env env, Napi::Object exports) { return camio::netmap::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_netmap_init)
