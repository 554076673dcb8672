// What an addon shows to JavaScript: a table of names and functions.
#ifndef CAMIO_EXPORTS_H
#define CAMIO_EXPORTS_H

#include <napi.h>

#include <initializer_list>

namespace camio {

struct Exported {
  const char* name;
  Napi::Value (*function)(const Napi::CallbackInfo&);
};

inline Napi::Object export_functions(Napi::Env env, Napi::Object exports, std::initializer_list<Exported> functions) {
  for (const auto& [name, function] : functions) exports.Set(name, Napi::Function::New(env, function, name));
  return exports;
}

}  // namespace camio

#endif
