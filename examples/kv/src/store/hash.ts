/**
 * HalfSipHash-1-3 of a key (J.-P. Aumasson, https://github.com/veorq/SipHash): keyed, so that nobody who chooses keys can make them
 * fall into one bucket, and all in 32-bit arithmetic, which JavaScript does fast.
 */
import { randomFillSync } from 'node:crypto'

const [KEY0, KEY1] = randomFillSync(new Int32Array(2)) as unknown as [number, number]

/** @returns an int32 */
export function hashOf(bytes: Uint8Array, start: number, length: number): number {
  let v0 = KEY0
  let v1 = KEY1
  let v2 = 0x6c796765 ^ KEY0
  let v3 = 0x74656462 ^ KEY1
  const whole = start + (length & ~3)
  // The last word has what is left, and the length; then come three rounds more.
  let rounds = (length >>> 2) + 4
  for (let at = start; rounds > 0; rounds--, at += 4) {
    let word = 0
    if (at < whole) word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    else if (at === whole) word = lastWord(bytes, at, length)
    else if (rounds === 3) v2 ^= 0xff
    v3 ^= word
    v0 = (v0 + v1) | 0
    v1 = (v1 << 5) | (v1 >>> 27)
    v1 ^= v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = (v3 << 8) | (v3 >>> 24)
    v3 ^= v2
    v0 = (v0 + v3) | 0
    v3 = (v3 << 7) | (v3 >>> 25)
    v3 ^= v0
    v2 = (v2 + v1) | 0
    v1 = (v1 << 13) | (v1 >>> 19)
    v1 ^= v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  return v1 ^ v3
}

function lastWord(bytes: Uint8Array, at: number, length: number): number {
  let word = length << 24
  const rest = length & 3
  if (rest > 2) word |= bytes[at + 2]! << 16
  if (rest > 1) word |= bytes[at + 1]! << 8
  if (rest > 0) word |= bytes[at]!
  return word
}
