/**
 * Lengths in front of messages, as views read and write them. Functions and not methods of a codec: they are compiled into the
 * loops that call them, whatever codecs the process has seen, and cost a nanosecond instead of a call.
 */

/** Prefixes that views know. A codec whose frames have none of these is asked itself. */
export const Prefix = { NONE: 0, U32: 1 } as const

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
