/** Messages that tell who wrote them and which they are, every byte checked. */
import assert from 'node:assert/strict'
import type { Stream } from '@camio/core'

export const SMALLEST = 12

/** Fills `bytes[offset, offset + length)` with message `number` of writer `id`. */
export function stamp(bytes: Uint8Array, offset: number, length: number, id: number, number: number): void {
  put(bytes, offset, id)
  put(bytes, offset + 4, number)
  put(bytes, offset + 8, length)
  for (let i = SMALLEST; i < length; i++) bytes[offset + i] = fill(number, i)
}

export interface Stamp {
  readonly id: number
  readonly number: number
}

/** @returns what the message says of itself; `null`: it is not whole */
export function readStamp(bytes: Uint8Array, offset = 0, length = bytes.length): Stamp | null {
  if (length < SMALLEST || get(bytes, offset + 8) !== length) return null
  const number = get(bytes, offset + 4)
  for (let i = SMALLEST; i < length; i++) if (bytes[offset + i] !== fill(number, i)) return null
  return { id: get(bytes, offset), number }
}

/** Fails unless it is whole. */
export function checkStamp(bytes: Uint8Array, offset = 0, length = bytes.length): Stamp {
  return readStamp(bytes, offset, length) ?? assert.fail(`a message of ${length} bytes is not what was written`)
}

export function stamped(length: number, id: number, number: number): Uint8Array {
  const bytes = new Uint8Array(length)
  stamp(bytes, 0, length, id, number)
  return bytes
}

/** Lengths that differ, so that records begin everywhere and wrap everywhere. @returns of message `number`, at most `most` */
export function lengthOf(number: number, most: number): number {
  const mixed = Math.imul(number ^ (number >>> 7), 0x9e3779b1) >>> 0
  const small = mixed % 16 !== 0
  return SMALLEST + ((mixed >>> 8) % ((small ? Math.min(most, 200) : most) - SMALLEST + 1))
}

/** Writes messages `[from, to)`, waiting for room. */
export async function writeStamped(
  stream: Stream,
  id: number,
  from: number,
  to: number,
  most = stream.maxClaim,
): Promise<void> {
  for (let number = from; number < to; number++) {
    const length = lengthOf(number, most)
    let offset = stream.tryClaimAt(length)
    for (; offset < 0; offset = stream.tryClaimAt(length)) await stream.writable()
    stamp(stream.claimBytes, offset, length, id, number)
    stream.commit(length)
  }
}

function put(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (8 * i)
}

function get(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

function fill(number: number, i: number): number {
  return (Math.imul(number, 31) + i * 7) & 255
}
