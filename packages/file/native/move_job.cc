#include "move_job.h"

#include <camio/arguments.h>
#include <fcntl.h>

#include <algorithm>
#include <optional>

#include "call.h"
#include "state.h"

namespace camio::file {
namespace {

Napi::Value bytes_or_null(Napi::Env env, const std::vector<uint8_t>& bytes) {
  if (bytes.empty()) return env.Null();
  Napi::Uint8Array copy = Napi::Uint8Array::New(env, bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.Data());
  return copy;
}

}  // namespace

MoveJob::MoveJob(Napi::Env env, uint32_t id, Napi::Function done, Path path, End source, std::vector<End> sinks,
                 int64_t length)
    : env_(env), id_(id), done_(Napi::Persistent(done)), move_(path, std::move(source), std::move(sinks), length) {}

int MoveJob::start() {
  const int status = finished_.open([&](uv_async_t* async) {
    return uv_async_init(loop_of(env_), async, [](uv_async_t* handle) { static_cast<MoveJob*>(handle->data)->finish(); });
  });
  if (status != 0) return -status;
  finished_.get()->data = this;
  return thread_.start([this, finished = finished_.get()] {
    outcome_ = move_.run();
    uv_async_send(finished);
  });
}

void MoveJob::abandon(Done done) {
  move_.abandon();
  thread_.join();
  finished_.close(done);
}

void MoveJob::finish() {
  thread_.join();
  finished_.close();
  const Napi::HandleScope scope(env_);
  // All of what follows may run before `done` returns: the descriptors are closed and the job is out of the table by then. The
  // job itself lives until the end of this function.
  move_.close_ends();
  auto& moves = state_of(env_).moves;
  const auto self = moves.extract(id_);
  const int verdict = outcome_.declined ? 1 : outcome_.same_file ? 2 : 0;
  call_from_loop(done_, {Napi::Number::New(env_, static_cast<double>(outcome_.bytes)),
                         Napi::Boolean::New(env_, outcome_.ended), Napi::Number::New(env_, verdict),
                         Napi::Number::New(env_, outcome_.error), Napi::String::New(env_, outcome_.syscall),
                         Napi::Number::New(env_, static_cast<double>(move_.system_calls.load())),
                         Napi::Number::New(env_, outcome_.sink), bytes_or_null(env_, outcome_.undelivered)});
}

namespace {

constexpr int64_t kMaxPosition = 1LL << 53;

// A duplicate shares position and flags, but not the life, of the stream's descriptor.
std::optional<End> own_end(int fd, int64_t offset) {
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy < 0) return std::nullopt;
  return End{Fd(copy), offset};
}

// Arguments 4 and 5: an Int32Array of descriptors and an array of as many offsets.
bool sinks_argument(const Napi::CallbackInfo& info, std::vector<End>* sinks) {
  std::span<int32_t> fds;
  if (!int32s_argument(info, 4, &fds)) return false;
  if (!info[5].IsArray() || info[5].As<Napi::Array>().Length() != fds.size() || fds.empty()) {
    throw_type(info.Env(), "an offset for each sink is needed");
    return false;
  }
  const auto offsets = info[5].As<Napi::Array>();
  for (size_t i = 0; i < fds.size(); ++i) {
    const Napi::Value value = offsets.Get(static_cast<uint32_t>(i));
    const double offset = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -2;
    if (!(offset >= -1 && offset <= static_cast<double>(kMaxPosition))) {
      throw_range(info.Env(), "an offset is out of range");
      return false;
    }
    auto end = own_end(fds[i], static_cast<int64_t>(offset));
    if (!end) {
      throw_errno(info.Env(), "fcntl");
      return false;
    }
    sinks->push_back(std::move(*end));
  }
  return true;
}

Napi::Value move_start(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  int path = 0;
  int fd = -1;
  int64_t offset = -1;
  int64_t length = -1;
  std::vector<End> sinks;
  Napi::Function done;
  if (!int_argument(info, 0, &path, 0, static_cast<int>(Path::read_write)) || !int_argument(info, 1, &fd) ||
      !int_argument(info, 2, -1, kMaxPosition, &offset) || !int_argument(info, 3, -1, kMaxPosition, &length) ||
      !sinks_argument(info, &sinks) || !function_argument(info, 6, &done))
    return env.Undefined();
  auto source = own_end(fd, offset);
  if (!source) return throw_errno(env, "fcntl");
  State& state = state_of(env);
  const uint32_t id = state.next_id();
  auto job = std::make_unique<MoveJob>(env, id, done, static_cast<Path>(path), std::move(*source), std::move(sinks),
                                       length);
  const int error = job->start();
  if (error != 0) return throw_errno(env, "pthread_create", error);
  state.moves.emplace(id, std::move(job));
  return Napi::Number::New(env, id);
}

// `nullptr` when it is over already, which is no error: the callback is on its way.
MoveJob* job_argument(const Napi::CallbackInfo& info) {
  int id = 0;
  if (!int_argument(info, 0, &id)) return nullptr;
  auto& moves = state_of(info.Env()).moves;
  const auto found = moves.find(static_cast<uint32_t>(id));
  return found == moves.end() ? nullptr : found->second.get();
}

Napi::Value move_progress(const Napi::CallbackInfo& info) {
  MoveJob* job = job_argument(info);
  return Napi::Number::New(info.Env(), job == nullptr ? 0.0 : static_cast<double>(job->move().moved.load()));
}

void move_stop(const Napi::CallbackInfo& info) {
  bool abandon = false;
  if (!bool_argument(info, 1, &abandon)) return;
  MoveJob* job = job_argument(info);
  if (job == nullptr) return;
  if (abandon) {
    job->move().abandon();
  } else {
    job->move().stop();
  }
}

}  // namespace

void export_move(Napi::Env env, Napi::Object exports) {
  exports.Set("moveStart", Napi::Function::New(env, move_start));
  exports.Set("moveProgress", Napi::Function::New(env, move_progress));
  exports.Set("moveStop", Napi::Function::New(env, move_stop));
}

}  // namespace camio::file
