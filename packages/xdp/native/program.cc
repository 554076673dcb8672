#include "program.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#include <cstddef>
#include <map>
#include <string>

namespace camio::xdp {

namespace {

constexpr int kUdp = IPPROTO_UDP;

// Instructions, and jumps to places that have names. See Documentation/bpf/standardization/instruction-set.rst.
class Assembler {
 public:
  enum Register : uint8_t { R0, R1, R2, R3, R4, R5 };

  void move(Register to, Register from) { add({BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0}); }
  void set(Register to, int32_t value) { add({BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value}); }
  void plus(Register to, int32_t value) { add({BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value}); }
  void plus(Register to, Register value) { add({BPF_ALU64 | BPF_ADD | BPF_X, to, value, 0, 0}); }
  void mask(Register to, int32_t value) { add({BPF_ALU64 | BPF_AND | BPF_K, to, 0, 0, value}); }
  void shift_left(Register to, int32_t bits) { add({BPF_ALU64 | BPF_LSH | BPF_K, to, 0, 0, bits}); }

  void load8(Register to, Register base, int16_t offset) { load(BPF_B, to, base, offset); }
  void load16(Register to, Register base, int16_t offset) { load(BPF_H, to, base, offset); }
  void load32(Register to, Register base, int16_t offset) { load(BPF_W, to, base, offset); }

  void map(Register to, int fd) {
    add({BPF_LD | BPF_DW | BPF_IMM, to, BPF_PSEUDO_MAP_FD, 0, fd});
    add({0, 0, 0, 0, 0});
  }
  void call(int32_t function) { add({BPF_JMP | BPF_CALL, 0, 0, 0, function}); }
  void exit() { add({BPF_JMP | BPF_EXIT, 0, 0, 0, 0}); }

  void jump(const char* to) { jump_by({BPF_JMP | BPF_JA, 0, 0, 0, 0}, to); }
  void jump_if_greater(Register one, Register other, const char* to) {
    jump_by({BPF_JMP | BPF_JGT | BPF_X, one, other, 0, 0}, to);
  }
  void jump_if_equal(Register one, int32_t value, const char* to) {
    jump_by({BPF_JMP | BPF_JEQ | BPF_K, one, 0, 0, value}, to);
  }
  void jump_if_other(Register one, int32_t value, const char* to) {
    jump_by({BPF_JMP | BPF_JNE | BPF_K, one, 0, 0, value}, to);
  }
  void label(const char* name) { places_[name] = code_.size(); }

  std::vector<bpf_insn> finish() {
    for (const auto& [at, name] : jumps_) {
      code_[at].off = static_cast<int16_t>(static_cast<int64_t>(places_.at(name)) - static_cast<int64_t>(at) - 1);
    }
    return std::move(code_);
  }

 private:
  // The kernel's struct has bit fields of the registers.
  struct Plain {
    int code;
    uint8_t to;
    uint8_t from;
    int16_t offset;
    int32_t value;
  };

  void add(const Plain& plain) {
    bpf_insn instruction{};
    instruction.code = static_cast<uint8_t>(plain.code);
    instruction.dst_reg = plain.to & 15;
    instruction.src_reg = plain.from & 15;
    instruction.off = plain.offset;
    instruction.imm = plain.value;
    code_.push_back(instruction);
  }
  void load(int size, Register to, Register base, int16_t offset) { add({BPF_LDX | BPF_MEM | size, to, base, offset, 0}); }
  void jump_by(const Plain& plain, const char* to) {
    jumps_.emplace_back(code_.size(), to);
    add(plain);
  }

  std::vector<bpf_insn> code_;
  std::vector<std::pair<size_t, std::string>> jumps_;
  std::map<std::string, size_t> places_;
};

using R = Assembler;

// Fields of a frame are compared as they lie there, in network byte order.
int32_t field(uint16_t value) { return htons(value); }

// Goes to `pass` unless the frame has `length` bytes from R2 on. R3 is its end.
void need(Assembler& a, int32_t length) {
  a.move(R::R4, R::R2);
  a.plus(R::R4, length);
  a.jump_if_greater(R::R4, R::R3, "pass");
}

// R2 and R3 become the frame's beginning and end, R5 its ethertype; a tag of a VLAN is stepped over.
void look_at_header(Assembler& a) {
  a.load32(R::R2, R::R1, offsetof(xdp_md, data));
  a.load32(R::R3, R::R1, offsetof(xdp_md, data_end));
  need(a, ETH_HLEN);
  a.load16(R::R5, R::R2, 12);
  a.jump_if_equal(R::R5, field(ETH_P_8021Q), "tagged");
  a.jump_if_other(R::R5, field(ETH_P_8021AD), "typed");
  a.label("tagged");
  a.plus(R::R2, 4);
  need(a, ETH_HLEN);
  a.load16(R::R5, R::R2, 12);
  a.label("typed");
}

// UDP to a port, over IPv4 (first fragments, with any options) or IPv6 (without extension headers).
void want_udp(Assembler& a, uint16_t port) {
  a.jump_if_equal(R::R5, field(ETH_P_IP), "ipv4");
  a.jump_if_other(R::R5, field(ETH_P_IPV6), "pass");
  need(a, 58);
  a.load8(R::R5, R::R2, 20);
  a.jump_if_other(R::R5, kUdp, "pass");
  a.load16(R::R5, R::R2, 56);
  a.jump("port");
  a.label("ipv4");
  need(a, 34);
  a.load8(R::R5, R::R2, 23);
  a.jump_if_other(R::R5, kUdp, "pass");
  a.load16(R::R5, R::R2, 20);
  a.mask(R::R5, field(0x1fff));
  a.jump_if_other(R::R5, 0, "pass");
  // The header's length, in words of four bytes.
  a.load8(R::R5, R::R2, 14);
  a.mask(R::R5, 15);
  a.shift_left(R::R5, 2);
  a.plus(R::R2, R::R5);
  need(a, 18);
  a.load16(R::R5, R::R2, 16);
  a.label("port");
  a.jump_if_other(R::R5, field(port), "pass");
}

}  // namespace

std::vector<bpf_insn> make_program(const Filter& filter, int socket_map) {
  Assembler a;
  if (filter.kind != Filter::kAll) {
    look_at_header(a);
    if (filter.kind == Filter::kUdp) want_udp(a, filter.value);
    else a.jump_if_other(R::R5, field(filter.value), "pass");
  }
  // XDP_PASS, too, for a queue without a socket.
  a.load32(R::R2, R::R1, offsetof(xdp_md, rx_queue_index));
  a.map(R::R1, socket_map);
  a.set(R::R3, XDP_PASS);
  a.call(BPF_FUNC_redirect_map);
  a.exit();
  if (filter.kind != Filter::kAll) {
    a.label("pass");
    a.set(R::R0, XDP_PASS);
    a.exit();
  }
  return a.finish();
}

}  // namespace camio::xdp
