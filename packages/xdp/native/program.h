// The program at an interface: what the filter takes goes to the socket of the queue that it came in by, everything else, and what
// came in by a queue without a socket, to the kernel.
#ifndef CAMIO_XDP_PROGRAM_H
#define CAMIO_XDP_PROGRAM_H

#include <linux/bpf.h>

#include <cstdint>
#include <vector>

namespace camio::xdp {

struct Filter {
  // src/xdp/driver.ts has the same numbers.
  enum Kind { kAll, kEthertype, kUdp };
  Kind kind = kAll;
  // An ethertype, or a port.
  uint16_t value = 0;

  bool operator==(const Filter&) const = default;
};

std::vector<bpf_insn> make_program(const Filter& filter, int socket_map);

}  // namespace camio::xdp

#endif
