/** The writing side of a ring, whatever its policy. */
import type { Fault } from './bell.js'

export interface Outgoing {
  readonly bytes: Uint8Array
  readonly buffer: ArrayBuffer
  readonly maxClaim: number
  readonly fault: Fault | null
  /** Room for a message of up to `length` bytes. @returns its offset in `bytes`, -1: not now, or there is a `fault` */
  claim(length: number): number
  /** The claim becomes a message of `length` bytes, which readers see after `publish`. */
  commit(length: number): void
  /** Has so much been committed that it is worth publishing? */
  readonly due: boolean
  /** Shows readers everything that was committed, and wakes them. */
  publish(): void
  /** Would a claim of `length` bytes be granted? */
  fits(length: number): boolean
}
