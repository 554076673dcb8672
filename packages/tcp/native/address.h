// Socket addresses: numeric hosts (names are resolved in JavaScript, where that can be aborted) and unix names.
#ifndef CAMIO_TCP_ADDRESS_H
#define CAMIO_TCP_ADDRESS_H

#include <napi.h>
#include <sys/socket.h>

#include <string>

namespace camio::tcp {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

// `host` is numeric, IPv6 with or without a zone (fe80::1%eth0). Answers 0 or an errno.
int ip_address(const std::string& host, int port, Address* out);

// `abstract`: a name of Linux's abstract namespace, see unix(7). Answers 0 or an errno.
int unix_address(const std::string& name, bool abstract, Address* out);

// { host, port } of an IP address, { path } of a unix one (abstract names begin with "@").
Napi::Object describe(Napi::Env env, const Address& address);

}  // namespace camio::tcp

#endif
