/** Codecs of messages with their length in front. Views know these prefixes; here is what they need beside the hot path. */
import { PREFIX_SIZE, Prefix, readPrefix, varintSize, writePrefix, writeVarint } from '../prefix.js'
import type { FrameCodec } from './codec.js'

type Codec = Pick<FrameCodec, 'name' | 'prefix' | 'maxMessage' | 'announced'> & Partial<FrameCodec>

function dataOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function prefixed(differences: Codec): FrameCodec {
  const { prefix } = differences
  const header = PREFIX_SIZE[prefix]!
  return {
    header,
    trailer: 0,
    room: null,
    find(bytes, start, end) {
      const length = readPrefix(prefix, dataOf(bytes), start, end)
      const size = prefix === Prefix.VARINT ? varintSize(length) : header
      return length <= end - start - size ? length : -1
    },
    wrong: null,
    seal(bytes, _start, offset, length) {
      writePrefix(prefix, dataOf(bytes), offset, length)
      return offset + length
    },
    moves: null,
    refuses: null,
    restIsMessage: false,
    ...differences,
  }
}

/** @param littleEndian the least significant byte comes first, instead of "network order" (RFC 1700) */
function fixed(name: string, prefix: number, littleEndian = false): FrameCodec {
  const size = PREFIX_SIZE[prefix]!
  return prefixed({
    name,
    prefix,
    // What is beyond is beyond every lease, too.
    maxMessage: size < 8 ? 256 ** size - 1 : Number.MAX_SAFE_INTEGER,
    announced(bytes, start, end) {
      if (end - start < size) return -1
      let length = 0
      for (let i = 0; i < size; i++) length = length * 256 + bytes[littleEndian ? start + size - 1 - i : start + i]!
      return length
    },
  })
}

/** A length of 64 bits has no more bytes than this. */
const LONGEST = 10

/** How many bytes the length at `start` has; -1 while its last one is missing. */
function varintLength(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end && i < start + LONGEST; i++) if (bytes[i]! < 0x80) return i + 1 - start
  return end - start < LONGEST ? -1 : LONGEST + 1
}

/** Unsigned LEB128, as in front of delimited Protocol Buffers messages: 7 bits a byte, the least significant first. */
const varint = prefixed({
  name: 'varint',
  prefix: Prefix.VARINT,
  maxMessage: 2 ** 31 - 1,
  room: varintSize,
  announced(bytes, start, end) {
    let length = 0
    for (let i = varintLength(bytes, start, end) - 1; i >= 0; i--) length = length * 128 + (bytes[start + i]! & 0x7f)
    return varintLength(bytes, start, end) < 0 ? -1 : length
  },
  wrong(bytes, start, end) {
    const size = varintLength(bytes, start, end)
    if (size > LONGEST) return `a length for frame=varint has more than ${LONGEST} bytes`
    if (size > 1 && bytes[start + size - 1] === 0) return 'a length for frame=varint has more bytes than it takes'
    return null
  },
  seal(bytes, start, offset, length) {
    const from = start + varintSize(length)
    if (from !== offset) bytes.copyWithin(from, offset, offset + length)
    writeVarint(bytes, start, length)
    return from + length
  },
  moves: (room, length) => room !== varintSize(length),
})

export const PREFIXED = {
  u8: fixed('u8', Prefix.U8),
  u16: fixed('u16', Prefix.U16),
  u16le: fixed('u16le', Prefix.U16LE, true),
  u32: fixed('u32', Prefix.U32),
  u32le: fixed('u32le', Prefix.U32LE, true),
  u64: fixed('u64', Prefix.U64),
  u64le: fixed('u64le', Prefix.U64LE, true),
  varint,
} as const
