#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::xdp {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<Engine>(info, "camio:xdp"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("start", start);
  add("poll", epoll_poll<Engine>);
  add("close", close_socket);
  add("takeError", take_error);
  add("mayOpen", may_open);
  add("packetOpen", packet_open);
  add("packetSend", packet_send);
  add("packetBound", packet_bound);
  add("packetDrops", packet_drops);
  add("memoryOpen", memory_open);
  add("memoryClose", memory_close);
  add("xdpOpen", xdp_open);
  add("xdpPush", xdp_push);
  add("xdpPull", xdp_pull);
  add("xdpStatistics", xdp_statistics);
  return exports;
}

}  // namespace camio::xdp

Napi::Object camio_xdp_init(Napi::Env env, Napi::Object exports) { return camio::xdp::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_xdp_init)
