// What the network answered to datagrams that were sent: the error queue, see IP_RECVERR in ip(7).
#include <camio/arguments.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "engine.h"
#include "functions.h"
#include "name.h"

namespace camio::udp {

namespace {

// As JavaScript has it: two numbers.
struct Failure {
  int32_t error;
  // With EMSGSIZE: what the path takes, IP header included.
  int32_t mtu;
};

constexpr size_t kNumbers = sizeof(Failure) / sizeof(int32_t);

const sock_extended_err* find(const msghdr& header) {
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(const_cast<msghdr*>(&header), control)) {
    const bool ipv4 = control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVERR;
    const bool ipv6 = control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVERR;
    if ((ipv4 || ipv6) && control->cmsg_len >= CMSG_LEN(sizeof(sock_extended_err))) {
      return reinterpret_cast<const sock_extended_err*>(CMSG_DATA(control));
    }
  }
  return nullptr;
}

enum class Found { kNothing, kOwn, kAnswer };

// Takes one off the queue. What this host itself refused (`kOwn`) the call that sent it was told already.
Found next(int fd, Failure* failure, sockaddr_in6* destination) {
  // The datagram itself, as far as it came back, is of no interest.
  uint8_t byte;
  iovec piece{&byte, 1};
  alignas(cmsghdr) uint8_t control[512];
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_name = destination;
  header.msg_namelen = sizeof(*destination);
  header.msg_control = control;
  header.msg_controllen = sizeof(control);
  if (::recvmsg(fd, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return Found::kNothing;
  const sock_extended_err* error = find(header);
  *failure = error == nullptr ? Failure{} : Failure{static_cast<int32_t>(error->ee_errno), 0};
  if (failure->error == EMSGSIZE) failure->mtu = static_cast<int32_t>(error->ee_info);
  return error != nullptr && error->ee_origin == SO_EE_ORIGIN_LOCAL ? Found::kOwn : Found::kAnswer;
}

}  // namespace

// (slot, failures, names) -> how many were put there: each an errno and an MTU, and the address that the datagram went to
Napi::Value errors(const Napi::CallbackInfo& info) {
  Socket* socket = socket_argument(info, 0);
  std::span<int32_t> failures;
  std::span<uint8_t> names;
  if (socket == nullptr || !int32s_argument(info, 1, &failures) || !bytes_argument(info, 2, &names)) {
    return info.Env().Undefined();
  }
  const size_t room = std::min(failures.size() / kNumbers, names.size() / kNameSize);
  size_t count = 0;
  while (count < room) {
    Failure failure;
    sockaddr_in6 destination{};
    const Found found = next(socket->fd(), &failure, &destination);
    if (found == Found::kNothing) break;
    if (found == Found::kOwn) continue;
    std::memcpy(failures.data() + count * kNumbers, &failure, sizeof(failure));
    write_name(destination, names.data() + count * kNameSize);
    count++;
  }
  return Napi::Number::New(info.Env(), static_cast<double>(count));
}

}  // namespace camio::udp
