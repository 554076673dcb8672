// listen(2) on unix names: permissions without a race, stale files replaced only when nobody listens on them.
#include <camio/arguments.h>
#include <camio/error.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "address.h"
#include "engine.h"
#include "functions.h"
#include "socket_options.h"

namespace camio::tcp {

namespace {

// Keeps other listeners of ours out of a directory between looking and binding. Where the directory cannot be opened or
// locked, two that start in the same instant may replace each other's file; everything else still holds.
Fd lock_directory(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
  return fd;
}

// A socket file that nobody listens on any more.
bool is_stale(const std::string& path, const Address& address) {
  struct stat found;
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return false;
  const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return probe && ::connect(probe.get(), address.get(), address.length) != 0 && errno == ECONNREFUSED;
}

int bind_path(int fd, const std::string& path, const Address& address) {
  if (::bind(fd, address.get(), address.length) == 0) return 0;
  const int error = errno;
  if (error != EADDRINUSE || !is_stale(path, address)) return error;
  ::unlink(path.c_str());
  return ::bind(fd, address.get(), address.length) == 0 ? 0 : errno;
}

// The file's mode is the socket's, narrowed by the umask: it was never wider than asked for, and is widened now if the
// umask took something away.
int widen(const std::string& path, mode_t mode) {
  // The file that was made, not what somebody may put in its place: a descriptor of it, without following links.
  const Fd file(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat found;
  if (!file || ::fstat(file.get(), &found) != 0) return errno;
  if (!S_ISSOCK(found.st_mode)) return EEXIST;
  if ((found.st_mode & 07777) == mode) return 0;
  // fchmod refuses O_PATH descriptors; their link in /proc is what chmod may follow (open(2)).
  const std::string link = "/proc/self/fd/" + std::to_string(file.get());
  return ::chmod(link.c_str(), mode) == 0 ? 0 : errno;
}

struct Listening {
  Fd socket;
  SocketFile file;
  const char* syscall = nullptr;
  int error = 0;

  static Listening failed(const char* syscall, int error) { return {Fd(), SocketFile(), syscall, error}; }
};

Listening listen_on_path(Fd socket, const std::string& path, const Address& address, int mode, int backlog) {
  if (::fchmod(socket.get(), static_cast<mode_t>(mode)) != 0) return Listening::failed("fchmod", errno);
  // Held until the socket listens: before that, others would take its file for a stale one.
  const Fd lock = lock_directory(path);
  if (const int error = bind_path(socket.get(), path, address)) return Listening::failed("bind", error);
  SocketFile file(path);
  if (const int error = widen(path, static_cast<mode_t>(mode))) return Listening::failed("chmod", error);
  if (::listen(socket.get(), backlog) != 0) return Listening::failed("listen", errno);
  return {std::move(socket), std::move(file)};
}

Listening listen_on_name(Fd socket, const Address& address, int backlog) {
  if (::bind(socket.get(), address.get(), address.length) != 0) return Listening::failed("bind", errno);
  if (::listen(socket.get(), backlog) != 0) return Listening::failed("listen", errno);
  return {std::move(socket), SocketFile()};
}

}  // namespace

Napi::Value listen_unix(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::string name;
  bool abstract = false;
  int mode = 0;
  int backlog = 0;
  SocketOptions options;
  if (!string_argument(info, 0, &name) || !bool_argument(info, 1, &abstract) ||
      !int_argument(info, 2, &mode, 0, 0777) || !int_argument(info, 3, &backlog, 1) ||
      !options_argument(info, 4, &options)) {
    return env.Undefined();
  }
  Address address;
  if (const int error = unix_address(name, abstract, &address)) return throw_errno(env, "bind", error);
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return throw_errno(env, "socket");
  if (!apply(env, options, AF_UNIX, socket.get())) return env.Undefined();
  Listening result = abstract ? listen_on_name(std::move(socket), address, backlog)
                              : listen_on_path(std::move(socket), name, address, mode, backlog);
  if (result.error != 0) return throw_errno(env, result.syscall, result.error);
  const int slot = Env::of(env).add({std::move(result.socket), std::move(result.file)});
  return slot < 0 ? throw_errno(env, "epoll_ctl", -slot) : Napi::Number::New(env, slot);
}

}  // namespace camio::tcp
