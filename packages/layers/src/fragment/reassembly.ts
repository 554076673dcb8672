/**
 * Puts messages together again from fragments that may be lost, come twice, in any order, or from somebody who means harm. Bounded in
 * bytes, in messages and in time; what cannot be completed within these bounds is given up and counted.
 */
import { crc32 } from 'node:zlib'
import { countOf, type Fragment, HEADER } from './format.js'

export interface Bounds {
  /** Bytes of messages that are not complete yet, by the lengths that they announce. */
  readonly memory: number
  /** Milliseconds from the first fragment of a message to its last. */
  readonly timeout: number
}

/** Messages that may be incomplete at once, each of which costs a little more than its bytes. */
const MOST_MESSAGES = 256

/** Memory for all of a message is had when so much of it has come, one part in so many: until then its pieces stand by themselves. */
const EARLY_SHARE = 16
/** Of a message no longer than this it is had at once. */
const SHORT = 64 * 1024

interface Partial {
  /** All of the message, as far as it has come; `null` while that is too little to believe how long it says it is. */
  bytes: Uint8Array | null
  /** Pieces that came before there was memory for all, by index. */
  readonly early: Map<number, Uint8Array>
  come: number
  readonly length: number
  readonly piece: number
  readonly crc: number
  /** One bit for each piece. */
  readonly there: Uint8Array
  missing: number
  readonly until: number
}

export class Reassembly {
  /** By sender and number, oldest first. */
  private readonly partials = new Map<string | number, Partial>()
  /** Of messages that were complete: what comes late of them is nothing new. */
  private readonly done = new Set<string | number>()
  private used = 0

  constructor(
    private readonly bounds: Bounds,
    /** Told for each message that is given up. */
    private readonly lost: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get bytes(): number {
    return this.used
  }

  get messages(): number {
    return this.partials.size
  }

  /**
   * Adds a fragment whose header was read from `bytes`.
   * @param fragment of a message that is no longer than `memory`
   * @param sender so that nobody adds to a message of somebody else's
   * @returns the message, once it is complete and is what was sent
   */
  add(bytes: Uint8Array, fragment: Fragment, sender: string): Uint8Array | null {
    this.expire()
    const key = sender === '' ? fragment.number : `${sender}#${fragment.number}`
    if (this.done.has(key)) return null
    const partial = this.partials.get(key) ?? this.begin(key, fragment)
    // Not of the same message, whatever it says: what came first stays, and the checksum decides.
    if (partial.piece !== fragment.piece || partial.length !== fragment.length || partial.crc !== fragment.crc)
      return null
    const { index } = fragment
    const bit = 1 << (index & 7)
    if ((partial.there[index >> 3]! & bit) !== 0) return null
    partial.there[index >> 3]! |= bit
    keep(partial, index, bytes.subarray(HEADER))
    partial.missing--
    return partial.missing === 0 ? this.complete(key, partial) : null
  }

  private begin(key: string | number, { length, piece, crc }: Fragment): Partial {
    const count = countOf(length, piece)
    for (const oldest of this.partials.keys()) {
      if (this.used + length <= this.bounds.memory && this.partials.size < MOST_MESSAGES) break
      this.giveUp(oldest)
    }
    const until = this.now() + this.bounds.timeout
    const there = new Uint8Array((count + 7) >> 3)
    const bytes = length <= SHORT ? new Uint8Array(length) : null
    const partial: Partial = { bytes, early: new Map(), come: 0, length, piece, crc, there, missing: count, until }
    this.partials.set(key, partial)
    this.used += length
    return partial
  }

  private complete(key: string | number, { bytes, crc }: Partial): Uint8Array | null {
    if (crc32(bytes!) !== crc) {
      this.giveUp(key)
      return null
    }
    this.remove(key)
    this.remember(key)
    return bytes
  }

  private remember(key: string | number): void {
    this.done.add(key)
    for (const oldest of this.done) {
      if (this.done.size <= MOST_MESSAGES) return
      this.done.delete(oldest)
    }
  }

  private giveUp(key: string | number): void {
    this.remove(key)
    this.lost()
  }

  private remove(key: string | number): void {
    this.used -= this.partials.get(key)!.length
    this.partials.delete(key)
  }

  /** Gives up what has waited too long. @returns milliseconds until there is more to give up; `null` if nothing waits */
  expire(): number | null {
    const now = this.now()
    // All wait equally long: the oldest is the first to go.
    for (const [key, { until }] of this.partials) {
      if (until > now) return until - now
      this.giveUp(key)
    }
    return null
  }

  drop(): void {
    this.partials.clear()
    this.done.clear()
    this.used = 0
  }
}

function keep(partial: Partial, index: number, piece: Uint8Array): void {
  partial.come += piece.length
  if (partial.bytes === null && partial.come * EARLY_SHARE >= partial.length) believe(partial)
  if (partial.bytes === null) partial.early.set(index, piece.slice())
  else partial.bytes.set(piece, index * partial.piece)
}

function believe(partial: Partial): void {
  const bytes = (partial.bytes = new Uint8Array(partial.length))
  for (const [index, piece] of partial.early) bytes.set(piece, index * partial.piece)
  partial.early.clear()
}
