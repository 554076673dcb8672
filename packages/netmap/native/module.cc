#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::netmap {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<Engine>(info, "camio:netmap"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("start", start);
  add("poll", epoll_poll<Engine>);
  add("close", close_port);
  add("mayOpen", may_open);
  add("openPort", open_port);
  add("txSync", tx_sync);
  add("rxSync", rx_sync);
  add("isThere", is_there);
  return exports;
}

}  // namespace camio::netmap

Napi::Object camio_netmap_init(Napi::Env env, Napi::Object exports) { return camio::netmap::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_netmap_init)
