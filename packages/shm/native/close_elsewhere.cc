#include "close_elsewhere.h"

#include <dlfcn.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

namespace camio::shm {

namespace {

// Strangers decide how long a thread is held. What waits for one costs a descriptor, and running out of those is told to the program.
constexpr int kMostThreads = 64;
constexpr size_t kStack = 128 * 1024;

// The process's, not an environment's: it outlives the worker that called. Never destroyed, because threads may be there at the exit.
struct Undertaker {
  std::mutex mutex;
  std::vector<Fd> waiting;
  int threads = 0;
};

Undertaker& undertaker() {
  static auto* one = new Undertaker;
  return *one;
}

void* close_all(void*) {
  Undertaker& own = undertaker();
  std::unique_lock lock(own.mutex);
  while (!own.waiting.empty()) {
    Fd fd = std::move(own.waiting.back());
    own.waiting.pop_back();
    lock.unlock();
    fd.reset();
    lock.lock();
  }
  own.threads--;
  return nullptr;
}

// Node unloads an addon with the last environment that uses it, and a thread may still be in this code then.
bool stay_loaded() {
  Dl_info self{};
  if (::dladdr(reinterpret_cast<void*>(&close_all), &self) == 0) return false;
  return ::dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) != nullptr;
}

bool start_thread() {
  static const bool stays = stay_loaded();
  pthread_attr_t attributes;
  if (!stays || ::pthread_attr_init(&attributes) != 0) return false;
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, kStack);
  // The program's signals are for its own threads.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const bool started = ::pthread_create(&thread, &attributes, close_all, nullptr) == 0;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_attr_destroy(&attributes);
  return started;
}

}  // namespace

void close_elsewhere(Fd fd) {
  if (!fd) return;
  Undertaker& own = undertaker();
  const std::lock_guard lock(own.mutex);
  own.waiting.push_back(std::move(fd));
  // Where no thread is to be had, what waits is closed with whatever comes next.
  if (own.threads < kMostThreads && start_thread()) own.threads++;
}

namespace {

bool listens(int fd) {
  int answer = 0;
  socklen_t length = sizeof(answer);
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &answer, &length) == 0 && answer != 0;
}

// Its name must be free when this returns. Answers whether nobody waits to be accepted any more
bool turn_away_all(int listening) {
  for (;;) {
    Fd guest(::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (guest) close_socket(std::move(guest));
    else if (errno != EINTR && errno != ECONNABORTED) return errno != EMFILE && errno != ENFILE;
  }
}

bool is_empty(int fd) {
  int queued = 0;
  return ::ioctl(fd, SIOCINQ, &queued) == 0 && queued == 0;
}

}  // namespace

void close_socket(Fd fd) {
  const bool listening = listens(fd.get());
  // From now on nothing, and nobody, can come into the queue.
  ::shutdown(fd.get(), SHUT_RDWR);
  if (!(listening ? turn_away_all(fd.get()) : is_empty(fd.get()))) close_elsewhere(std::move(fd));
}

}  // namespace camio::shm
