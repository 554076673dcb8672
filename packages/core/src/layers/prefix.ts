/**
 * Lengths in front of messages, as views read and write them. Functions and not methods of a codec: they are compiled into the
 * loops that call them, whatever codecs the process has seen, and cost a nanosecond instead of a call. A `DataView` reads and writes
 * a number of any size in one instruction, at any address.
 */

/** Prefixes that views know. A codec whose frames have none of these is asked itself. */
export const Prefix = { NONE: 0, U32: 1, U8: 2, U16: 3, U16LE: 4, U32LE: 5, U64: 6, U64LE: 7, VARINT: 8 } as const

/** Bytes of the fixed prefixes, by their number. */
export const PREFIX_SIZE: readonly number[] = [0, 4, 1, 2, 2, 4, 8, 8, 0]

/** What stands for every length from 2 GiB on: more than any lease holds. */
const HUGE = 0x7fff_ffff

/** Of the two halves of 64 bits. */
function joined(high: number, low: number): number {
  return high === 0 && low >= 0 ? low : HUGE
}

/**
 * The length that the prefix at `at` says, not checked against anything; {@link HUGE} for all that no lease holds.
 * @returns -1 where `[at, end)` of `data` do not hold the whole prefix, or hold one that the codec's `wrong` explains
 */
export function readPrefix(prefix: number, data: DataView, at: number, end: number): number {
  // Short enough to be compiled into the loops that call it; the others are a call.
  if (prefix === Prefix.U32) return end - at < 4 ? -1 : joined(0, data.getInt32(at))
  if (prefix === Prefix.U16) return end - at < 2 ? -1 : data.getUint16(at)
  if (prefix === Prefix.VARINT)
    return at < end && data.getUint8(at) < 0x80 ? data.getUint8(at) : readVarint(data, at, end)
  return readFixed(prefix, data, at, end)
}

function readFixed(prefix: number, data: DataView, at: number, end: number): number {
  if (end - at < PREFIX_SIZE[prefix]!) return -1
  switch (prefix) {
    case Prefix.U8:
      return data.getUint8(at)
    case Prefix.U16LE:
      return data.getUint16(at, true)
    case Prefix.U32LE:
      return joined(0, data.getInt32(at, true))
    case Prefix.U64:
      return joined(data.getInt32(at), data.getInt32(at + 4))
    default:
      return joined(data.getInt32(at + 4, true), data.getInt32(at, true))
  }
}

/** Writes a fixed prefix in front of the message at `offset`. */
export function writePrefix(prefix: number, data: DataView, offset: number, length: number): void {
  if (prefix === Prefix.U32) data.setInt32(offset - 4, length)
  else writeFixed(prefix, data, offset, length)
}

function writeFixed(prefix: number, data: DataView, offset: number, length: number): void {
  switch (prefix) {
    case Prefix.U8:
      data.setUint8(offset - 1, length)
      break
    case Prefix.U16:
      data.setUint16(offset - 2, length)
      break
    case Prefix.U16LE:
      data.setUint16(offset - 2, length, true)
      break
    case Prefix.U32LE:
      data.setInt32(offset - 4, length, true)
      break
    case Prefix.U64:
      data.setInt32(offset - 8, 0)
      data.setInt32(offset - 4, length)
      break
    default:
      data.setInt32(offset - 8, length, true)
      data.setInt32(offset - 4, 0, true)
  }
}

// ------------------------------------------------------------------------------------------------------------- varint

/** Bytes of a length that is written in as few as it takes, 7 bits in each. */
export function varintSize(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5
}

/** As {@link readPrefix}. A length in more bytes than it takes is none: a message then has one frame, and a length one size. */
function readVarint(data: DataView, at: number, end: number): number {
  let length = 0
  for (let shift = 0, i = at; i < end; shift += 7, i++) {
    const byte = data.getUint8(i)
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
