// Internet addresses for the system. Numeric hosts only: names are resolved in JavaScript, where that can be aborted.
#ifndef CAMIO_IP_ADDRESS_H
#define CAMIO_IP_ADDRESS_H

#include <napi.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace camio {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

// `host` is numeric, IPv6 with or without a zone (fe80::1%eth0). Answers 0 or an errno.
inline int ip_address(const std::string& host, int port, Address* out) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  // One answer and not one a kind of socket.
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return EINVAL;
  std::memcpy(&out->storage, found->ai_addr, found->ai_addrlen);
  out->length = found->ai_addrlen;
  ::freeaddrinfo(found);
  return 0;
}

// { host, port }
inline Napi::Object describe_ip(Napi::Env env, const Address& address) {
  char host[NI_MAXHOST] = "";
  char port[NI_MAXSERV] = "0";
  ::getnameinfo(address.get(), address.length, host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
  Napi::Object result = Napi::Object::New(env);
  result.Set("host", host);
  result.Set("port", std::stoi(port));
  return result;
}

}  // namespace camio

#endif
