/**
 * A fragment: 20 bytes of header, then a piece of the message. All numbers big-endian.
 *
 * | bytes | |
 * |---|---|
 * | 0 | 0xCF, the version of this format |
 * | 1 | 0 |
 * | 2-3 | the length of every piece but the last |
 * | 4-7 | the message's number: one more than that of the message before, from a random one on |
 * | 8-11 | the message's length |
 * | 12-15 | which of its pieces this is, from 0 |
 * | 16-19 | CRC-32 of the whole message |
 *
 * Where a piece lies follows from its index alone, so pieces cannot overlap.
 */
export const HEADER = 20
export const VERSION = 0xcf
/** Smaller ones than this nobody sends, and a hostile peer's would cost more to keep account of than they bring. */
export const LEAST_PIECE = 44
export const LARGEST_PIECE = 65_535

export interface Fragment {
  number: number
  /** Of the message. */
  length: number
  /** Of every piece but the last. */
  piece: number
  index: number
  crc: number
}

/** How many pieces a message has; an empty one has one. */
export function countOf(length: number, piece: number): number {
  return Math.max(1, Math.ceil(length / piece))
}

/** The length of the piece at `index`. */
export function pieceAt(length: number, piece: number, index: number): number {
  return Math.min(piece, length - index * piece)
}

export function writeHeader(bytes: Uint8Array, at: number, { number, length, piece, index, crc }: Fragment): void {
  bytes[at] = VERSION
  bytes[at + 1] = 0
  bytes[at + 2] = piece >>> 8
  bytes[at + 3] = piece & 255
  writeU32(bytes, at + 4, number)
  writeU32(bytes, at + 8, length)
  writeU32(bytes, at + 12, index)
  writeU32(bytes, at + 16, crc)
}

/**
 * Reads a header and checks it against what came with it.
 * @param most the longest message
 * @returns `false` where `bytes` is no fragment, contradicts itself, or belongs to a message longer than `most`
 */
export function readHeader(bytes: Uint8Array, most: number, into: Fragment): boolean {
  if (bytes.length < HEADER || bytes[0] !== VERSION || bytes[1] !== 0) return false
  const piece = (bytes[2]! << 8) | bytes[3]!
  const length = readU32(bytes, 8)
  const index = readU32(bytes, 12)
  if (piece < LEAST_PIECE || length > most || index >= countOf(length, piece)) return false
  if (bytes.length - HEADER !== pieceAt(length, piece, index)) return false
  into.number = readU32(bytes, 4)
  into.length = length
  into.piece = piece
  into.index = index
  into.crc = readU32(bytes, 16)
  return true
}

function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}
