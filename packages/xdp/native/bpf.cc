#include "bpf.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace camio::xdp {

namespace {

long call(int command, bpf_attr& attributes) { return ::syscall(__NR_bpf, command, &attributes, sizeof(attributes)); }

uint64_t address_of(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

bpf_attr empty() {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof(attributes));
  return attributes;
}

}  // namespace

Fd make_socket_map(uint32_t entries) {
  bpf_attr attributes = empty();
  attributes.map_type = BPF_MAP_TYPE_XSKMAP;
  attributes.key_size = sizeof(uint32_t);
  attributes.value_size = sizeof(uint32_t);
  attributes.max_entries = entries;
  return Fd(static_cast<int>(call(BPF_MAP_CREATE, attributes)));
}

Fd load_program(std::span<const bpf_insn> program, bool frags, std::string* log) {
  // It calls no function that is for programs under the GPL only.
  static const char kLicense[] = "MIT";
  log->assign(4096, '\0');
  bpf_attr attributes = empty();
  attributes.prog_type = BPF_PROG_TYPE_XDP;
  attributes.insns = address_of(program.data());
  attributes.insn_cnt = static_cast<uint32_t>(program.size());
  attributes.license = address_of(kLicense);
  attributes.log_buf = address_of(log->data());
  attributes.log_size = static_cast<uint32_t>(log->size());
  attributes.log_level = 1;
  attributes.expected_attach_type = BPF_XDP;
  attributes.prog_flags = frags ? BPF_F_XDP_HAS_FRAGS : 0;
  std::memcpy(attributes.prog_name, "camio", sizeof("camio"));
  Fd fd(static_cast<int>(call(BPF_PROG_LOAD, attributes)));
  const int error = errno;
  log->resize(std::strlen(log->c_str()));
  errno = error;
  return fd;
}

Fd attach_program(int program, int interface, uint32_t flags) {
  bpf_attr attributes = empty();
  attributes.link_create.prog_fd = static_cast<uint32_t>(program);
  attributes.link_create.target_ifindex = static_cast<uint32_t>(interface);
  attributes.link_create.attach_type = BPF_XDP;
  attributes.link_create.flags = flags;
  return Fd(static_cast<int>(call(BPF_LINK_CREATE, attributes)));
}

int linked_interface(int link) {
  bpf_link_info link_info{};
  bpf_attr attributes = empty();
  attributes.info.bpf_fd = static_cast<uint32_t>(link);
  attributes.info.info_len = sizeof(link_info);
  attributes.info.info = address_of(&link_info);
  return call(BPF_OBJ_GET_INFO_BY_FD, attributes) == 0 ? static_cast<int>(link_info.xdp.ifindex) : 0;
}

int put_socket(int map, uint32_t queue, int socket) {
  const auto value = static_cast<uint32_t>(socket);
  bpf_attr attributes = empty();
  attributes.map_fd = static_cast<uint32_t>(map);
  attributes.key = address_of(&queue);
  attributes.value = address_of(&value);
  return call(BPF_MAP_UPDATE_ELEM, attributes) == 0 ? 0 : errno;
}

}  // namespace camio::xdp
