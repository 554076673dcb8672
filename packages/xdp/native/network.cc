#include "network.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>

namespace camio::xdp {

namespace {

struct Visit {
  int fd;
  const std::function<Outcome()>& work;
  Outcome outcome;
};

void* pay(void* data) {
  auto* visit = static_cast<Visit*>(data);
  if (::setns(visit->fd, CLONE_NEWNET) != 0) visit->outcome = {errno, "setns"};
  else visit->outcome = visit->work();
  return nullptr;
}

}  // namespace

Outcome in_namespace(const std::string& path, const std::function<Outcome()>& work) {
  if (path.empty()) return work();
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {errno, "open(netns)"};
  // setns(2) moves the calling thread: one of its own goes there, and ours need not find back.
  Visit visit{fd.get(), work, {}};
  pthread_t thread;
  if (const int error = ::pthread_create(&thread, nullptr, pay, &visit); error != 0) return {error, "pthread_create"};
  ::pthread_join(thread, nullptr);
  return visit.outcome;
}

}  // namespace camio::xdp
