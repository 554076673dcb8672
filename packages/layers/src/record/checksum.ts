/** The checksum of IP, UDP and TCP (RFC 1071): the ones' complement of the sum of 16-bit words. */

/** Adds `bytes[from, to)` to a sum, a last odd byte as if a zero followed. */
export function sum16(bytes: Uint8Array, from: number, to: number, start = 0): number {
  let sum = start
  const even = from + ((to - from) & ~1)
  for (let i = from; i < even; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!
  return even < to ? sum + (bytes[even]! << 8) : sum
}

/** Of packets up to 64 KiB: the sum stays far below 2^53. */
export function checksum(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000)
  return ~folded & 0xffff
}
