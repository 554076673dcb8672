// A move in its thread, and how JavaScript starts, watches and stops it.
#ifndef CAMIO_FILE_MOVE_JOB_H
#define CAMIO_FILE_MOVE_JOB_H

#include <napi.h>

#include <camio/uv_handle.h>

#include <cstdint>

#include "move.h"
#include "thread.h"

namespace camio::file {

class MoveJob {
 public:
  MoveJob(Napi::Env env, uint32_t id, Napi::Function done, Path path, End source, std::vector<End> sinks,
          int64_t length);

  // 0, or an error number; nothing runs then.
  int start();
  Move& move() { return move_; }
  // The environment goes away: ends the thread now, whatever it owes.
  void abandon(Done done);

 private:
  void finish();

  const Napi::Env env_;
  const uint32_t id_;
  Napi::FunctionReference done_;
  Move move_;
  Outcome outcome_;
  UvHandle<uv_async_t> finished_;
  // Last, so that it ends before anything that it uses.
  Thread thread_;
};

// JavaScript: moveStart(path, fd, offset, length, Int32Array fds, offsets, done) -> id, moveProgress(id), moveStop(id, abandon).
// done(bytes, ended, verdict, errno, syscall, systemCalls, sink, undelivered: Uint8Array or null)
// verdict 0: as it says, 1: declined, or left to another path behind `bytes`, 2: source and sink are one file.
void export_move(Napi::Env env, Napi::Object exports);

}  // namespace camio::file

#endif
