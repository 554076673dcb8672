#include <camio/arguments.h>
#include <camio/error.h>
#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::udp {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<Engine>(info, "camio:udp"); }

// (microseconds)
Napi::Value gather(const Napi::CallbackInfo& info) {
  int microseconds = 0;
  if (!int_argument(info, 0, &microseconds, 0, 999'999)) return info.Env().Undefined();
  const int error = Env::of(info.Env()).gather(microseconds);
  return error == 0 ? info.Env().Undefined() : throw_errno(info.Env(), "timerfd_create", error);
}

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("start", start);
  add("poll", epoll_poll<Engine>);
  add("gather", gather);
  add("open", open_socket);
  add("close", close_socket);
  add("interfaceIndex", interface_index);
  add("receive", receive);
  add("send", send);
  add("errors", errors);
  add("localAddress", local_address);
  add("drops", drops);
  add("pathMtu", path_mtu);
  return exports;
}

}  // namespace camio::udp

Napi::Object camio_udp_init(Napi::Env env, Napi::Object exports) { return camio::udp::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_udp_init)
