// Unix names beside the internet addresses that all transports share.
#ifndef CAMIO_TCP_ADDRESS_H
#define CAMIO_TCP_ADDRESS_H

#include <camio/ip_address.h>
#include <napi.h>

#include <string>

namespace camio::tcp {

// `abstract`: a name of Linux's abstract namespace, see unix(7). Answers 0 or an errno.
int unix_address(const std::string& name, bool abstract, Address* out);

// { host, port } of an IP address, { path } of a unix one (abstract names begin with "@").
Napi::Object describe(Napi::Env env, const Address& address);

}  // namespace camio::tcp

#endif
