// The little of bpf(2) that is needed, by raw system calls.
#ifndef CAMIO_XDP_BPF_H
#define CAMIO_XDP_BPF_H

#include <camio/fd.h>
#include <linux/bpf.h>

#include <cstdint>
#include <span>
#include <string>

namespace camio::xdp {

// Each answers a descriptor, or none with errno set.
Fd make_socket_map(uint32_t entries);
// With `frags` the program sees frames that lie in several pieces, too. `log` gets what the verifier has to say.
Fd load_program(std::span<const bpf_insn> program, bool frags, std::string* log);
// Attached until the descriptor is closed, by the end of the process at the latest. flags: XDP_FLAGS_SKB_MODE or XDP_FLAGS_DRV_MODE.
Fd attach_program(int program, int interface, uint32_t flags);
// The interface that a link keeps its program at; 0: it was removed, or the kernel does not tell.
int linked_interface(int link);
// Answers 0 or an errno.
int put_socket(int map, uint32_t queue, int socket);

}  // namespace camio::xdp

#endif
