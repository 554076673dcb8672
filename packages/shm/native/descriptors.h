// Descriptors that come with what is received from a unix socket (SCM_RIGHTS, see unix(7)), asked for or not.
#ifndef CAMIO_SHM_DESCRIPTORS_H
#define CAMIO_SHM_DESCRIPTORS_H

#include <camio/fd.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include "close_elsewhere.h"

namespace camio::shm {

// There must be room for all that can come (SCM_MAX_FD): what has none is closed by recvmsg(2) itself, however long that takes.
constexpr size_t kMostDescriptors = 253;

union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
};

// What came with a message. What is not taken is closed elsewhere.
class Descriptors {
 public:
  explicit Descriptors(msghdr* message) {
    for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
      const size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (size_t i = 0; i < count && count_ < fds_.size(); i++) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
        fds_[count_++] = Fd(fd);
      }
    }
  }
  Descriptors(const Descriptors&) = delete;
  Descriptors& operator=(const Descriptors&) = delete;
  ~Descriptors() {
    for (size_t i = 0; i < count_; i++) close_elsewhere(std::move(fds_[i]));
  }
  size_t count() const { return count_; }
  Fd take() { return std::move(fds_[0]); }

 private:
  std::array<Fd, kMostDescriptors> fds_;
  size_t count_ = 0;
};

}  // namespace camio::shm

#endif
