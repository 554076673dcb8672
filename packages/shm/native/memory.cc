#include "memory.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

namespace camio::shm {

namespace {

constexpr int kSizeSeals = F_SEAL_SHRINK | F_SEAL_GROW;
constexpr char kName[] = "camio-shm";

Fd new_file() {
  constexpr unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Fd fd(::memfd_create(kName, flags | MFD_NOEXEC_SEAL));
  // Before Linux 6.3 there is no such flag.
  if (!fd && errno == EINVAL) fd.reset(::memfd_create(kName, flags));
  return fd;
}

}  // namespace

Fd make_memory(size_t length) {
  Fd fd = new_file();
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(length)) != 0) return Fd();
  return ::fcntl(fd.get(), F_ADD_SEALS, kSizeSeals) == 0 ? std::move(fd) : Fd();
}

bool seal_writes(int fd) { return ::fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == 0; }

bool seal_seals(int fd) { return ::fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL) == 0; }

int check_memory(int fd, size_t length) {
  const int seals = ::fcntl(fd, F_GET_SEALS);
  if (seals < 0) return errno;
  if ((seals & kSizeSeals) != kSizeSeals) return EPERM;
  struct stat found;
  if (::fstat(fd, &found) != 0) return errno;
  if (found.st_size != static_cast<off_t>(length)) return EINVAL;
  // Huge pages have seals too, but may run out when they are touched.
  struct statfs system;
  if (::fstatfs(fd, &system) != 0) return errno;
  return system.f_type == TMPFS_MAGIC ? 0 : EINVAL;
}

std::shared_ptr<Region> Region::map(int fd, size_t length, bool shared) {
  void* address = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, shared ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE, fd, 0);
  if (address == MAP_FAILED) return nullptr;
  // A child that forks before it executes another program has no business here.
  ::madvise(address, length, MADV_DONTFORK);
  return std::make_shared<Region>(address, length);
}

void Region::blank() {
  ::mmap(address_, length_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
}

Region::~Region() { ::munmap(address_, length_); }

}  // namespace camio::shm
