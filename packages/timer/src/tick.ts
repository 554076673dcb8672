/** A tick as a message: two unsigned integers of 64 bits, little-endian: its count, and how many before it nobody saw. */

/** Bytes of a tick. */
export const TICK_SIZE = 16

const WORD = 2 ** 32

function put(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0, rest = value; i < 8; i++, rest = Math.floor(rest / 256)) bytes[at + i] = rest % 256
}

function get(bytes: Uint8Array, at: number): number {
  const low = bytes[at]! + bytes[at + 1]! * 0x100 + bytes[at + 2]! * 0x1_0000 + bytes[at + 3]! * 0x100_0000
  const high = bytes[at + 4]! + bytes[at + 5]! * 0x100 + bytes[at + 6]! * 0x1_0000 + bytes[at + 7]! * 0x100_0000
  return high * WORD + low
}

export function writeTick(bytes: Uint8Array, count: number, missed: number): void {
  put(bytes, 0, count)
  put(bytes, 8, missed)
}

/** Which tick a message is, counted from 1; `offset` is where the message begins in `bytes`. */
export function tickCount(bytes: Uint8Array, offset = 0): number {
  return get(bytes, offset)
}

/** How many ticks were due since the message before this one, and are in none. */
export function missedTicks(bytes: Uint8Array, offset = 0): number {
  return get(bytes, offset + 8)
}
