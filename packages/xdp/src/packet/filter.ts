/**
 * `filter=` as a program of classic BPF, bpf(4) of BSD and Documentation/networking/filter.rst of Linux. It sees a frame from its
 * header on, and without the tag of a VLAN: that has been taken off before.
 */
import type { Filter } from '../filter.js'

const Op = { LD_HALF: 0x28, LD_BYTE: 0x30, LDX_HEADER: 0xb1, LD_HALF_BEHIND: 0x48, JEQ: 0x15, JSET: 0x45, RET: 0x06 }

const ETHERTYPE = 12
const IPV4 = 0x0800
const IPV6 = 0x86dd
const UDP = 17

type Instruction = readonly [code: number, jt: number, jf: number, k: number]

const accept: Instruction = [Op.RET, 0, 0, 0x7fff_ffff]
const refuse: Instruction = [Op.RET, 0, 0, 0]

/** Four numbers an instruction; none: everything is read. */
export function classicFilter(filter: Filter): Int32Array {
  if (filter.kind === 'all') return new Int32Array(0)
  const program = filter.kind === 'udp' ? udpTo(filter.value) : ofType(filter.value)
  return Int32Array.from(program.flat())
}

function ofType(type: number): Instruction[] {
  return [[Op.LD_HALF, 0, 0, ETHERTYPE], [Op.JEQ, 0, 1, type], accept, refuse]
}

/** To that port, over IPv4 (first fragments, with any options) or IPv6 (without extension headers). */
function udpTo(port: number): Instruction[] {
  return [
    [Op.LD_HALF, 0, 0, ETHERTYPE],
    [Op.JEQ, 0, 7, IPV4],
    [Op.LD_BYTE, 0, 0, 23],
    [Op.JEQ, 0, 11, UDP],
    // The offset of a fragment; the first one has 0.
    [Op.LD_HALF, 0, 0, 20],
    [Op.JSET, 9, 0, 0x1fff],
    [Op.LDX_HEADER, 0, 0, 14],
    [Op.LD_HALF_BEHIND, 0, 0, 16],
    [Op.JEQ, 5, 6, port],
    [Op.JEQ, 0, 5, IPV6],
    [Op.LD_BYTE, 0, 0, 20],
    [Op.JEQ, 0, 3, UDP],
    [Op.LD_HALF, 0, 0, 56],
    [Op.JEQ, 0, 1, port],
    accept,
    refuse,
  ]
}
