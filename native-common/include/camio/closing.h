// Closing in libuv's thread pool what the kernel takes its time to close, tens of milliseconds: not on the event loop.
#ifndef CAMIO_CLOSING_H
#define CAMIO_CLOSING_H

#include <napi.h>

#include <optional>
#include <utility>

namespace camio {

// Thing: movable; it is destroyed in the pool, so nothing of it may belong to JavaScript.
template <class Thing>
class Closing : public Napi::AsyncWorker {
 public:
  // The promise resolves when `thing` is no more. `name` is the asynchronous resource's.
  static Napi::Promise begin(Napi::Env env, const char* name, Thing thing) {
    auto* self = new Closing(env, name, std::move(thing));
    const Napi::Promise closed = self->deferred_.Promise();
    self->Queue();
    return closed;
  }

 protected:
  void Execute() override { thing_.reset(); }
  void OnOK() override { deferred_.Resolve(Env().Undefined()); }

 private:
  Closing(Napi::Env env, const char* name, Thing thing)
      : AsyncWorker(env, name), thing_(std::move(thing)), deferred_(Napi::Promise::Deferred::New(env)) {}

  std::optional<Thing> thing_;
  Napi::Promise::Deferred deferred_;
};

}  // namespace camio

#endif
