/** Numbers in arguments and values: 64 bits, signed, as Redis has them. */

import { MINUS, ZERO } from '../resp/ascii.js'
import type { Request } from '../resp/request.js'

export const NOT_AN_INTEGER = 'ERR value is not an integer or out of range'

const LEAST = -(2n ** 63n)
const MOST = 2n ** 63n - 1n

/** Digits that a double holds whatever they are. */
const SAFE_DIGITS = 15

/** @returns `null` for what is no integer of 64 bits; a bigint only where it is no safe integer */
export function integerIn(bytes: Uint8Array, start: number, length: number): number | bigint | null {
  if (length === 0 || length > 20) return null
  const negative = bytes[start] === MINUS
  const first = negative ? 1 : 0
  const count = length - first
  if (count === 0) return null
  // One way to write a number: no leading zeros, no "-0", no plus.
  if (bytes[start + first] === ZERO && (count > 1 || negative)) return null
  let value = 0
  for (let i = first; i < length; i++) {
    const digit = bytes[start + i]! - ZERO
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  if (count > SAFE_DIGITS) return exactly(bytes, start, length)
  return negative ? -value : value
}

function exactly(bytes: Uint8Array, start: number, length: number): number | bigint | null {
  return narrow(BigInt(Buffer.from(bytes.subarray(start, start + length)).toString('latin1')))
}

/** @returns `null` out of 64 bits */
export function narrow(value: bigint): number | bigint | null {
  if (value < LEAST || value > MOST) return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

export function integerArgument(request: Request, i: number): number | bigint | null {
  return integerIn(request.sources[i]!, request.starts[i]!, request.lengths[i]!)
}

/** An argument that must be a safe integer. @returns `null` otherwise */
export function safeArgument(request: Request, i: number): number | null {
  const value = integerArgument(request, i)
  return typeof value === 'number' ? value : null
}

/** @returns `null` where the sum is out of 64 bits */
export function sum(a: number | bigint, b: number | bigint): number | bigint | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const total = a + b
    if (Number.isSafeInteger(total)) return total
  }
  return narrow(BigInt(a) + BigInt(b))
}

/** A moment in milliseconds, from a time in `unit`s; relative to `now` unless that is 0. @returns `null` out of range */
export function moment(time: number | bigint, unit: number, now: number): number | null {
  // Dates beyond what a double counts exactly are in the year 287396.
  const at = Number(time) * unit + now
  return Number.isSafeInteger(at) ? at : null
}
