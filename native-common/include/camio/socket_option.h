// setsockopt(2) for the commonest case, an int.
#ifndef CAMIO_SOCKET_OPTION_H
#define CAMIO_SOCKET_OPTION_H

#include <sys/socket.h>

#include <cerrno>

namespace camio {

// Answers 0 or an errno.
inline int set_option(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0 ? 0 : errno;
}

}  // namespace camio

#endif
