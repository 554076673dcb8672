// The file of a listening unix socket, removed with it - unless the path names another file by then.
#ifndef CAMIO_TCP_SOCKET_FILE_H
#define CAMIO_TCP_SOCKET_FILE_H

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace camio::tcp {

class SocketFile {
 public:
  SocketFile() = default;
  // `path` as it was bound just now.
  explicit SocketFile(std::string path) : path_(std::move(path)) {
    struct stat found;
    if (::lstat(path_.c_str(), &found) == 0) {
      device_ = found.st_dev;
      inode_ = found.st_ino;
    } else {
      path_.clear();
    }
  }
  SocketFile(SocketFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
  SocketFile& operator=(SocketFile&& other) noexcept {
    if (this == &other) return *this;
    remove();
    path_ = std::exchange(other.path_, {});
    device_ = other.device_;
    inode_ = other.inode_;
    return *this;
  }
  ~SocketFile() { remove(); }

 private:
  void remove() {
    if (path_.empty()) return;
    struct stat found;
    const bool ours = ::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_;
    if (ours) ::unlink(path_.c_str());
    path_.clear();
  }

  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace camio::tcp

#endif
