#include "address.h"

#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace camio::tcp {

int unix_address(const std::string& name, bool abstract, Address* out) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A path ends with a NUL, an abstract name begins with one.
  if (name.empty()) return EINVAL;
  if (name.size() + 1 > sizeof(address.sun_path)) return ENAMETOOLONG;
  std::memcpy(address.sun_path + (abstract ? 1 : 0), name.data(), name.size());
  std::memcpy(&out->storage, &address, sizeof(address));
  out->length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + 1);
  return 0;
}

namespace {

std::string unix_path(const Address& address) {
  sockaddr_un name{};
  std::memcpy(&name, &address.storage, sizeof(name));
  constexpr size_t start = offsetof(sockaddr_un, sun_path);
  if (address.length <= start) return {};
  const size_t length = std::min<size_t>(address.length - start, sizeof(name.sun_path));
  if (name.sun_path[0] != '\0') return std::string(name.sun_path, ::strnlen(name.sun_path, length));
  return "@" + std::string(name.sun_path + 1, length - 1);
}

}  // namespace

Napi::Object describe(Napi::Env env, const Address& address) {
  if (address.family() != AF_UNIX) return describe_ip(env, address);
  Napi::Object result = Napi::Object::New(env);
  result.Set("path", unix_path(address));
  return result;
}

}  // namespace camio::tcp
