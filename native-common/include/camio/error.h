// System errors as JavaScript sees them: { message, code, errno, syscall }, the shape of node:fs and node:net, which
// `fromSystemError` of @camio/core/spi turns into a CamioError.
#ifndef CAMIO_ERROR_H
#define CAMIO_ERROR_H

#include <napi.h>
#include <uv.h>

#include <cerrno>
#include <string>

namespace camio {

// `error` is positive, as in errno(3). `errno` of the object is negative, as Node has it.
inline Napi::Error system_error(Napi::Env env, int error, const char* syscall) {
  const int status = -error;
  const std::string code = uv_err_name(status);
  Napi::Error result = Napi::Error::New(env, code + ": " + uv_strerror(status) + ", " + syscall);
  Napi::Object object = result.Value();
  object.Set("code", code);
  object.Set("errno", status);
  object.Set("syscall", syscall);
  return result;
}

// Throws, and returns `undefined` for the caller to return. Read errno before anything else can change it.
inline Napi::Value throw_errno(Napi::Env env, const char* syscall, int error = errno) {
  system_error(env, error, syscall).ThrowAsJavaScriptException();
  return env.Undefined();
}

inline void throw_type(Napi::Env env, const char* message) {
  Napi::TypeError::New(env, message).ThrowAsJavaScriptException();
}

inline void throw_range(Napi::Env env, const char* message) {
  Napi::RangeError::New(env, message).ThrowAsJavaScriptException();
}

}  // namespace camio

#endif
