// Checked access to what JavaScript passes. Each function answers `false` after it has thrown: return at once then.
#ifndef CAMIO_ARGUMENTS_H
#define CAMIO_ARGUMENTS_H

#include <napi.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "error.h"

namespace camio {

// A whole number of [low, high]. At most 2^53, so that a double holds it exactly.
inline bool int_argument(const Napi::CallbackInfo& info, size_t index, int64_t low, int64_t high, int64_t* out) {
  double value = 0;
  if (napi_get_value_double(info.Env(), info[index], &value) != napi_ok) {
    throw_type(info.Env(), "a number is needed");
    return false;
  }
  // A NaN fails the first comparison.
  if (!(value >= static_cast<double>(low) && value <= static_cast<double>(high)) || value != std::floor(value)) {
    throw_range(info.Env(), "a number is out of range");
    return false;
  }
  *out = static_cast<int64_t>(value);
  return true;
}

inline bool int_argument(const Napi::CallbackInfo& info, size_t index, int* out, int low = 0, int high = INT32_MAX) {
  int64_t value = 0;
  if (!int_argument(info, index, low, high, &value)) return false;
  *out = static_cast<int>(value);
  return true;
}

// All elements of a typed array of `Kind`. They stay where they are until the call returns.
template <class T, napi_typedarray_type Kind>
bool elements_argument(const Napi::CallbackInfo& info, size_t index, const char* refusal, std::span<T>* out) {
  napi_typedarray_type type = napi_int8_array;
  size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(info.Env(), info[index], &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != Kind) {
    throw_type(info.Env(), refusal);
    return false;
  }
  *out = {static_cast<T*>(data), data == nullptr ? 0 : length};
  return true;
}

// All bytes of a Uint8Array (or Buffer).
inline bool bytes_argument(const Napi::CallbackInfo& info, size_t index, std::span<uint8_t>* out) {
  return elements_argument<uint8_t, napi_uint8_array>(info, index, "a Uint8Array is needed", out);
}

// Three arguments from `index` on: a Uint8Array, an offset and a length that lie within it.
inline bool range_argument(const Napi::CallbackInfo& info, size_t index, std::span<uint8_t>* out) {
  std::span<uint8_t> all;
  int64_t offset = 0;
  int64_t length = 0;
  if (!bytes_argument(info, index, &all)) return false;
  const auto size = static_cast<int64_t>(all.size());
  if (!int_argument(info, index + 1, 0, size, &offset)) return false;
  if (!int_argument(info, index + 2, 0, size - offset, &length)) return false;
  *out = all.subspan(static_cast<size_t>(offset), static_cast<size_t>(length));
  return true;
}

inline bool int32s_argument(const Napi::CallbackInfo& info, size_t index, std::span<int32_t>* out) {
  return elements_argument<int32_t, napi_int32_array>(info, index, "an Int32Array is needed", out);
}

inline bool doubles_argument(const Napi::CallbackInfo& info, size_t index, std::span<double>* out) {
  return elements_argument<double, napi_float64_array>(info, index, "a Float64Array is needed", out);
}

// Text without a NUL in it: what system calls take.
inline bool string_argument(const Napi::CallbackInfo& info, size_t index, std::string* out) {
  if (!info[index].IsString()) {
    throw_type(info.Env(), "a string is needed");
    return false;
  }
  *out = info[index].As<Napi::String>().Utf8Value();
  if (out->find('\0') == std::string::npos) return true;
  throw_type(info.Env(), "a string has a NUL character in it");
  return false;
}

inline bool bool_argument(const Napi::CallbackInfo& info, size_t index, bool* out) {
  if (napi_get_value_bool(info.Env(), info[index], out) == napi_ok) return true;
  throw_type(info.Env(), "true or false is needed");
  return false;
}

inline bool function_argument(const Napi::CallbackInfo& info, size_t index, Napi::Function* out) {
  if (!info[index].IsFunction()) {
    throw_type(info.Env(), "a function is needed");
    return false;
  }
  *out = info[index].As<Napi::Function>();
  return true;
}

}  // namespace camio

#endif
