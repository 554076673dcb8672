/**
 * Lengths in front of messages, as views read and write them. Functions and not methods of a codec: they are compiled into the
 * loops that call them, whatever codecs the process has seen, and cost a nanosecond instead of a call.
 */

/** Prefixes that views know. A codec whose frames have none of these is asked itself. */
export const Prefix = { NONE: 0, U32: 1, U8: 2, U16: 3, U16LE: 4, U32LE: 5, U64: 6, U64LE: 7, VARINT: 8 } as const

/** Bytes of the fixed prefixes, by their number. */
export const PREFIX_SIZE: readonly number[] = [0, 4, 1, 2, 2, 4, 8, 8, 0]

/** What stands for every length from 2 GiB on: more than any lease holds. */
const HUGE = 0x7fff_ffff

/** The length in 4 bytes, most significant first. Negative from 2 GiB on: more than any lease holds. */
export function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

export function writeU32(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length >>> 24
  bytes[at + 1] = length >>> 16
  bytes[at + 2] = length >>> 8
  bytes[at + 3] = length
}

function readU32LE(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

function writeU32LE(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length
  bytes[at + 1] = length >>> 8
  bytes[at + 2] = length >>> 16
  bytes[at + 3] = length >>> 24
}

/** Of the two halves of 64 bits. */
function joined(high: number, low: number): number {
  return high === 0 && low >= 0 ? low : HUGE
}

/**
 * The length that the prefix at `at` says, not checked against anything; {@link HUGE} for all that no lease holds.
 * @returns -1 where `bytes[at, end)` do not hold the whole prefix, or hold one that the codec's `wrong` explains
 */
export function readPrefix(prefix: number, bytes: Uint8Array, at: number, end: number): number {
  // Short enough to be compiled into the loops that call it; the others are a call.
  if (prefix === Prefix.U16) return end - at < 2 ? -1 : (bytes[at]! << 8) | bytes[at + 1]!
  if (prefix === Prefix.VARINT) return at < end && bytes[at]! < 0x80 ? bytes[at]! : readVarint(bytes, at, end)
  return readFixed(prefix, bytes, at, end)
}

function readFixed(prefix: number, bytes: Uint8Array, at: number, end: number): number {
  if (end - at < PREFIX_SIZE[prefix]!) return -1
  switch (prefix) {
    case Prefix.U8:
      return bytes[at]!
    case Prefix.U16LE:
      return bytes[at]! | (bytes[at + 1]! << 8)
    case Prefix.U32:
      return joined(0, readU32(bytes, at))
    case Prefix.U32LE:
      return joined(0, readU32LE(bytes, at))
    case Prefix.U64:
      return joined(readU32(bytes, at), readU32(bytes, at + 4))
    default:
      return joined(readU32LE(bytes, at + 4), readU32LE(bytes, at))
  }
}

/** Writes a fixed prefix in front of the message at `offset`. */
export function writePrefix(prefix: number, bytes: Uint8Array, offset: number, length: number): void {
  switch (prefix) {
    case Prefix.U8:
      bytes[offset - 1] = length
      break
    case Prefix.U16:
      bytes[offset - 2] = length >>> 8
      bytes[offset - 1] = length
      break
    case Prefix.U16LE:
      bytes[offset - 2] = length
      bytes[offset - 1] = length >>> 8
      break
    case Prefix.U32:
      writeU32(bytes, offset - 4, length)
      break
    case Prefix.U32LE:
      writeU32LE(bytes, offset - 4, length)
      break
    case Prefix.U64:
      writeU32(bytes, offset - 8, 0)
      writeU32(bytes, offset - 4, length)
      break
    default:
      writeU32LE(bytes, offset - 8, length)
      writeU32LE(bytes, offset - 4, 0)
  }
}

// ------------------------------------------------------------------------------------------------------------- varint

/** Bytes of a length that is written in as few as it takes, 7 bits in each. */
export function varintSize(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5
}

/** As {@link readPrefix}. A length in more bytes than it takes is none: a message then has one frame, and a length one size. */
function readVarint(bytes: Uint8Array, at: number, end: number): number {
  let length = 0
  for (let shift = 0, i = at; i < end; shift += 7, i++) {
    const byte = bytes[i]!
    if (shift === 28) return byte > 7 ? HUGE : byte > 0 ? length | (byte << 28) : -1
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) return byte > 0 || shift === 0 ? length : -1
  }
  return -1
}

export function writeVarint(bytes: Uint8Array, at: number, length: number): void {
  let rest = length
  let to = at
  for (; rest >= 0x80; rest >>>= 7) bytes[to++] = rest | 0x80
  bytes[to] = rest
}
