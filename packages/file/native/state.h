// What one environment (the main thread or a worker) has running: watched descriptors, moves and mappings.
#ifndef CAMIO_FILE_STATE_H
#define CAMIO_FILE_STATE_H

#include <napi.h>

#include <camio/environment.h>

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "mapping.h"
#include "move_job.h"
#include "watch.h"

namespace camio::file {

class State {
 public:
  explicit State(Napi::Env) {}

  uint32_t next_id() { return ++last_id_; }

  std::unordered_map<uint32_t, std::unique_ptr<Watch>> watches;
  std::unordered_map<uint32_t, std::unique_ptr<MoveJob>> moves;
  // Those that are open. The ArrayBuffers own the mappings, and may be finalized when this is gone: see mapping.cc.
  const std::shared_ptr<Mappings> mappings = std::make_shared<Mappings>();

  void close(Done done);

 private:
  struct Closing {
    size_t open;
    Done done;
  };
  static void closed(void* data);

  uint32_t last_id_ = 0;
};

inline State& state_of(Napi::Env env) { return Environment<State>::of(env); }

}  // namespace camio::file

#endif
