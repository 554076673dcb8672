#include "truncation.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>

namespace camio::file {
namespace {

static_assert(std::atomic<uintptr_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

std::array<TruncationGuard, 1024> guards;
struct sigaction previous;
uintptr_t page_size = 0;

TruncationGuard* guard_of(uintptr_t address) {
  for (auto& guard : guards) {
    const uintptr_t start = guard.start.load(std::memory_order_acquire);
    if (start > 1 && address >= start && address < guard.end.load(std::memory_order_relaxed)) return &guard;
  }
  return nullptr;
}

// Was it a memory access, rather than somebody's kill(2)?
bool is_fault(const siginfo_t* info) { return info->si_code > 0; }

// What was there before us: another handler, or death by SIGBUS when the instruction runs again.
void chain(int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0) return previous.sa_sigaction(signal, info, context);
  if (previous.sa_handler == SIG_IGN && !is_fault(info)) return;
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) return previous.sa_handler(signal);
  struct sigaction fallback {};
  fallback.sa_handler = SIG_DFL;
  sigaction(SIGBUS, &fallback, nullptr);
  if (!is_fault(info)) raise(signal);
}

// Only async-signal-safe calls: mmap is a bare system call, the rest are loads and stores.
void on_bus_error(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  TruncationGuard* guard = is_fault(info) ? guard_of(address) : nullptr;
  void* page = reinterpret_cast<void*>(address & ~(page_size - 1));
  if (guard != nullptr && mmap(page, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
    guard->hit.store(true, std::memory_order_relaxed);
  else
    chain(signal, info, context);
  errno = saved;
}

// A worker that loaded the addon alone unloads it when it ends; the handler must stay.
void pin_module() {
  Dl_info here{};
  if (dladdr(reinterpret_cast<void*>(&pin_module), &here) != 0 && here.dli_fname != nullptr)
    dlopen(here.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

void install() {
  page_size = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  pin_module();
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, &previous);
}

}  // namespace

TruncationGuard* TruncationGuard::acquire(void* address, size_t length) {
  static std::once_flag once;
  std::call_once(once, install);
  for (auto& guard : guards) {
    uintptr_t free = 0;
    if (!guard.start.compare_exchange_strong(free, 1)) continue;
    guard.hit.store(false, std::memory_order_relaxed);
    const auto start = reinterpret_cast<uintptr_t>(address);
    // The kernel maps whole pages: the last one is ours to its end.
    guard.end.store((start + length + page_size - 1) & ~(page_size - 1), std::memory_order_relaxed);
    guard.start.store(start, std::memory_order_release);
    return &guard;
  }
  return nullptr;
}

void TruncationGuard::release() { start.store(0, std::memory_order_release); }

}  // namespace camio::file
