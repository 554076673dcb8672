#include <camio/arguments.h>
#include <camio/error.h>
#include <camio/exports.h>
#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::udp {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<Engine>(info, "camio:udp"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  return export_functions(env, exports,
                          {
                              {"start", start},
                              {"poll", epoll_poll<Engine>},
                              {"gather", epoll_gather<Engine, Gathering::kInFloods>},
                              {"open", open_socket},
                              {"close", close_socket},
                              {"interfaceIndex", interface_index},
                              {"receive", receive},
                              {"send", send},
                              {"errors", errors},
                              {"localAddress", local_address},
                              {"drops", drops},
                              {"pathMtu", path_mtu},
                          });
}

}  // namespace camio::udp

Napi::Object camio_udp_init(Napi::Env env, Napi::Object exports) { return camio::udp::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_udp_init)
