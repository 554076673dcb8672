// The native part of @camio/file. Linux only: elsewhere nothing is built (binding.gyp) and the node engine is used.
#include <napi.h>

#include "mapping.h"
#include "move_job.h"
#include "state.h"
#include "transfer.h"
#include "watch.h"

static Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  using namespace camio::file;
  camio::Environment<State>::attach(env);
  export_transfer(env, exports);
  export_watch(env, exports);
  export_mapping(env, exports);
  export_move(env, exports);
  return exports;
}

NODE_API_MODULE(camio_file, initialise)
