// The sockets of one environment by small numbers. They close with it, whatever JavaScript did or could not do any more.
#ifndef CAMIO_TCP_SLOTS_H
#define CAMIO_TCP_SLOTS_H

#include <camio/fd.h>

#include <utility>
#include <vector>

#include "socket_file.h"

namespace camio::tcp {

class Slots {
 public:
  int take(Fd socket, SocketFile file) {
    if (free_.empty()) {
      entries_.push_back({std::move(socket), std::move(file)});
      return static_cast<int>(entries_.size()) - 1;
    }
    const int slot = free_.back();
    free_.pop_back();
    entries_[slot] = {std::move(socket), std::move(file)};
    return slot;
  }

  int fd(int slot) const {
    return slot >= 0 && static_cast<size_t>(slot) < entries_.size() ? entries_[slot].socket.get() : -1;
  }

  // The slot must be in use.
  void give_back(int slot) {
    entries_[slot] = {};
    free_.push_back(slot);
  }

  void clear() {
    entries_.clear();
    free_.clear();
  }

 private:
  struct Entry {
    Fd socket;
    // A listening unix socket's file. Declared last: it goes first, so that nobody finds a file without a listener.
    SocketFile file;
  };

  std::vector<Entry> entries_;
  std::vector<int> free_;
};

}  // namespace camio::tcp

#endif
