#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::tcp {

namespace {

Napi::Value start(const Napi::CallbackInfo& info) { return epoll_start<Engine>(info, "camio:tcp"); }

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("start", start);
  add("poll", epoll_poll<Engine>);
  add("connectIp", connect_ip);
  add("connectUnix", connect_unix);
  add("connected", connected);
  add("listenIp", listen_ip);
  add("listenUnix", listen_unix);
  add("accept", accept_batch);
  add("receive", receive);
  add("send", send);
  add("sendHeld", send_held);
  add("dropInput", drop_input);
  add("unacknowledged", unacknowledged);
  add("shutDown", shut_down);
  add("close", close_socket);
  add("descriptor", descriptor);
  add("localAddress", local_address);
  add("peerAddress", peer_address);
  add("peerUid", peer_uid);
  return exports;
}

}  // namespace camio::tcp

Napi::Object camio_tcp_init(Napi::Env env, Napi::Object exports) { return camio::tcp::init(env, exports); }

NODE_API_MODULE(NODE_GYP_MODULE_NAME, camio_tcp_init)
