// Calls from libuv into JavaScript.
#ifndef CAMIO_FILE_CALL_H
#define CAMIO_FILE_CALL_H

#include <napi.h>

#include <initializer_list>

namespace camio::file {

// Runs `function` as the event loop does: microtasks follow, and what it throws is an uncaught exception.
inline void call_from_loop(const Napi::FunctionReference& function, std::initializer_list<napi_value> arguments) {
  const Napi::Env env = function.Env();
  napi_value result = nullptr;
  const napi_status status =
      napi_make_callback(env, nullptr, env.Global(), function.Value(), arguments.size(), arguments.begin(), &result);
  if (status != napi_pending_exception) return;
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) napi_fatal_exception(env, error);
}

}  // namespace camio::file

#endif
