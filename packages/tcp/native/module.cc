#include <camio/arguments.h>
#include <camio/error.h>
#include <napi.h>

#include "engine.h"
#include "functions.h"

namespace camio::tcp {

namespace {

// (table, onEvents)
Napi::Value start(const Napi::CallbackInfo& info) {
  std::span<int32_t> table;
  Napi::Function on_events;
  if (!int32s_argument(info, 0, &table) || !function_argument(info, 1, &on_events)) return info.Env().Undefined();
  const int error = Env::of(info.Env()).start(info[0].As<Napi::TypedArray>(), on_events);
  return error == 0 ? info.Env().Undefined() : throw_errno(info.Env(), "epoll_create1", error);
}

// () -> pairs in the table, or -errno
Napi::Value poll(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), Env::of(info.Env()).harvest());
}

}  // namespace

Napi::Object init(Napi::Env env, Napi::Object exports) {
  Env::attach(env);
  const auto add = [&](const char* name, Napi::Value (*function)(const Napi::CallbackInfo&)) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add("start", start);
  add("poll", poll);
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
