// What recvmmsg(2) and sendmmsg(2) work on: one list of messages, each with a piece of memory, an address and control data.
#ifndef CAMIO_UDP_MESSAGE_LIST_H
#define CAMIO_UDP_MESSAGE_LIST_H

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace camio::udp {

class MessageList {
 public:
  static constexpr size_t kRoom = 64;

  // Message `index` is these bytes, without an address and control data.
  msghdr& set(size_t index, uint8_t* bytes, size_t length) {
    pieces_[index] = {bytes, length};
    msghdr& header = headers_[index].msg_hdr;
    header = {};
    header.msg_iov = &pieces_[index];
    header.msg_iovlen = 1;
    return header;
  }

  // Memory for its address.
  sockaddr_in6& name(size_t index) { return names_[index]; }
  const sockaddr_in6& name(size_t index) const { return names_[index]; }

  // Room for its control data, all of it.
  void want_control(msghdr& header, size_t index) {
    header.msg_control = controls_[index].bytes;
    header.msg_controllen = kControl;
  }

  mmsghdr* get() { return headers_.data(); }
  const mmsghdr& operator[](size_t index) const { return headers_[index]; }

 private:
  // A segment size and a time stamp, with room to spare.
  static constexpr size_t kControl = 128;

  struct Control {
    alignas(cmsghdr) uint8_t bytes[kControl];
  };

  std::array<mmsghdr, kRoom> headers_;
  std::array<iovec, kRoom> pieces_;
  // Large enough for either family.
  std::array<sockaddr_in6, kRoom> names_;
  std::array<Control, kRoom> controls_;
};

}  // namespace camio::udp

#endif
