// Where a socket is opened: in a network namespace.
#ifndef CAMIO_XDP_NETWORK_H
#define CAMIO_XDP_NETWORK_H

#include <functional>
#include <string>

#include "engine.h"

namespace camio::xdp {

// Does `work` in the namespace at `path`, or where we are when that is empty.
Outcome in_namespace(const std::string& path, const std::function<Outcome()>& work);

}  // namespace camio::xdp

#endif
