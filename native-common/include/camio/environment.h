// State of one environment (the main thread or a worker), closed on its own event loop before the environment goes away.
//
//   struct State {
//     explicit State(Napi::Env env);
//     // Begins to close; calls `done` once nothing of it is on the loop or in a thread any more, now or later.
//     void close(camio::Done done);
//   };
//   camio::Environment<State>::attach(env);        // in the module's initialiser
//   camio::Environment<State>::of(info.Env());     // in its functions
//
// A worker unloads the addon after its cleanup hooks: a uv callback that ran later would run in unmapped code. Hence Node's
// asynchronous hook, which the environment waits for.
#ifndef CAMIO_ENVIRONMENT_H
#define CAMIO_ENVIRONMENT_H

#include <napi.h>

#include <utility>

namespace camio {

// A function with its data: what ends an asynchronous close. Call it once.
struct Done {
  void (*function)(void*);
  void* data;
  void operator()() const { function(data); }
};

template <class State>
class Environment {
 public:
  static State& attach(Napi::Env env) {
    auto* self = new Environment(env);
    napi_set_instance_data(env, self, nullptr, nullptr);
    napi_add_async_cleanup_hook(env, teardown, self, &self->hook_);
    return self->state_;
  }

  static State& of(Napi::Env env) {
    void* data = nullptr;
    napi_get_instance_data(env, &data);
    return static_cast<Environment*>(data)->state_;
  }

 private:
  explicit Environment(Napi::Env env) : state_(env) {}

  static void teardown(napi_async_cleanup_hook_handle, void* data) {
    static_cast<Environment*>(data)->state_.close({finish, data});
  }

  static void finish(void* data) {
    auto* self = static_cast<Environment*>(data);
    napi_async_cleanup_hook_handle hook = std::exchange(self->hook_, nullptr);
    delete self;
    napi_remove_async_cleanup_hook(hook);
  }

  State state_;
  napi_async_cleanup_hook_handle hook_ = nullptr;
};

}  // namespace camio

#endif
