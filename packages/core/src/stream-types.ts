/** The small types around {@link Stream}. */
import type { Features } from './features.js'
import type { StreamStats } from './stats.js'
import type { WaitStrategy } from './wait/strategy.js'

/** Where a message came from or goes to, on transports that have such a thing. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** What core hands to every stream that a driver makes; the driver passes it on to the constructor. */
export interface StreamInit {
  /** As bound: the real port, the real name. */
  uri: string
  features: Features
  limits: StreamLimits
  wait?: WaitStrategy | undefined
  stats?: StreamStats | undefined
}

/** The limits that core's options set on every stream. */
export interface StreamLimits {
  /** Bytes that a lease on a byte stream may grow to while its reader keeps asking for more (`max-lease`). */
  readonly maxLease: number
  /** The largest message, and the largest claim on a byte stream, in bytes (`max-message`). */
  readonly maxMessage: number
  /** How long `close()` tries to deliver what was committed, in milliseconds (`linger`). */
  readonly lingerMs: number
}

export const DEFAULT_LIMITS: StreamLimits = Object.freeze({
  maxLease: 64 * 1024 * 1024,
  maxMessage: 16 * 1024 * 1024,
  lingerMs: 5000,
})

export interface CloseOptions {
  /** Reset at once: what was committed and has not left is dropped. Cuts a `close()` short that lingers already. */
  discard?: boolean
}

/** Handed the current message's place: `bytes.subarray(offset, offset + length)`. `false` stops after this message. */
export type BatchHandler = (bytes: Uint8Array, offset: number, length: number) => void | false

/**
 * Handed room for the next message, `bytes[offset, offset + length)`, and its index in this batch. Answers how many of these
 * bytes the message has (nothing: all of them), or `false`: no message, and no more.
 */
export type BatchWriter = (bytes: Uint8Array, offset: number, length: number, index: number) => number | void | false

/** A lease without an array of its own: `bytes[start, end)`. `bytes` is `null` only while nothing is lent. */
export interface LeasePlace {
  readonly bytes: Uint8Array | null
  readonly start: number
  readonly end: number
}

/** What a stream's descriptor is, and which of its bytes are meant. */
export interface KernelPlace {
  readonly fd: number
  readonly kind: 'file' | 'pipe' | 'socket' | 'char'
  /** Byte position for `file`s that are read or written at a position of their own; `null` for the descriptor's own. */
  readonly offset: number | null
  /** Bytes that may still be moved, or `null` for "to the end". */
  readonly length: number | null
}

/** A descriptor lent to a mover for in-kernel copying; see `Stream.takeKernel`. */
export interface KernelEnd extends KernelPlace {
  /**
   * Source only: what is already in user space and comes first. It stays with the stream, whatever `moved` says: `pipe` reads it
   * by `tryRead` before a mover runs, and a mover never sees any.
   */
  readonly buffered: Uint8Array | null
  /** Aborts when the stream closes, which waits for `moved`. */
  readonly recalled?: AbortSignal
  /** Tells the stream how many bytes the kernel moved and whether the end was seen, and gives the descriptor back. */
  moved(bytes: number, ended: boolean): void
}
