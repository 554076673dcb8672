/**
 * The writing side of a ring that never waits: it overwrites the oldest messages, and any number of readers look on. Before it writes
 * where a message lay it publishes that this message is gone, so that a reader who looks there afterwards knows.
 */
import { type Bell, Fault, takeDown } from './bell.js'
import {
  COUNT,
  COUNT_HIGH,
  DATA,
  FLAG,
  HEAD,
  HEAD_HIGH,
  largestLossyMessage,
  OLDEST,
  OLDEST_HIGH,
  PADDING,
  RECORD_HEADER,
  RECORD_NUMBER,
  WRITER_STATE,
} from './layout.js'
import type { Outgoing } from './outgoing.js'
import { highOf } from './position.js'
import type { Region } from './region.js'

const NONE = -1
const PUBLISH_AT = 4096

/** A reader, by the flag that it raises before it sleeps. The memory is its own: it can harm nobody else's. */
export interface Audience {
  readonly flags: Int32Array
  readonly bell: Bell
}

export class LossyWriter implements Outgoing {
  readonly bytes: Uint8Array
  readonly buffer: ArrayBuffer
  readonly maxClaim: number
  fault: Fault | null = null
  readonly audience = new Set<Audience>()

  private readonly words: Int32Array
  private readonly capacity: number
  private readonly mask: number
  private readonly publishAt: number
  /** Bytes of old messages that are given up at a time, beside what a claim needs. */
  private readonly stride: number
  /** Where the next record begins: bytes since the ring began, and the same as an int32. */
  private position = 0
  private published = 0
  private oldest = 0
  /** Bytes that stay empty before the claim that is out, if it is committed. */
  private padding = 0
  /** Messages that were committed. */
  private count = 0

  constructor(private readonly region: Region) {
    this.bytes = region.bytes
    this.buffer = region.buffer
    this.words = region.words
    this.capacity = region.length - DATA
    this.mask = this.capacity - 1
    this.maxClaim = largestLossyMessage(this.capacity)
    this.publishAt = Math.min(PUBLISH_AT, this.capacity >> 3)
    this.stride = Math.min(64 * 1024, this.capacity >> 4)
  }

  get memory(): Region {
    return this.region
  }

  /** Bytes and messages that readers can know of. Publish before. */
  get progress(): { readonly position: number; readonly sequence: number } {
    return { position: this.published, sequence: this.count }
  }

  // ---------------------------------------------------------------------------------------------------- claims

  claim(length: number): number {
    const record = (length + (RECORD_HEADER + 7)) & -8
    const at = this.position & this.mask
    const rest = at + record > this.capacity ? this.capacity - at : 0
    const full = this.position + rest + record - this.oldest > this.capacity
    if ((full || this.words.length === 0) && !this.giveUp(rest + record)) return NONE
    this.padding = rest
    return DATA + RECORD_HEADER + (rest === 0 ? at : 0)
  }

  /** Gives up old messages until `needed` bytes are free, and some more. @returns `false`: there is a fault */
  private giveUp(needed: number): boolean {
    if (!this.attached()) return false
    const goal = this.position + needed + this.stride - this.capacity
    let { oldest } = this
    // Never past what was published: a record and the padding before it are at most half of the ring.
    while (oldest < goal && oldest < this.position) {
      const length = this.lengthAt(oldest)
      if (length < 0) return false
      oldest += length
    }
    this.oldest = oldest
    this.storePosition(OLDEST, OLDEST_HIGH, oldest)
    // The store is seen before whatever is written after this load (a load that follows a store is behind it, and writes behind the load).
    Atomics.load(this.words, OLDEST)
    return true
  }

  /** Bytes of the record at `position`. The memory is ours alone, unless a program wrote where it must not: -1 then. */
  private lengthAt(position: number): number {
    const at = position & this.mask
    const length = this.words[(DATA + at) >> 2]!
    if (length === PADDING) return this.capacity - at
    if (length >= 0 && length <= this.capacity - at - RECORD_HEADER) return (length + (RECORD_HEADER + 7)) & -8
    this.fault = Fault.CORRUPT
    return NONE
  }

  private attached(): boolean {
    if (this.words.length > 0) return this.fault === null
    this.fault = Fault.DETACHED
    return false
  }

  commit(length: number): void {
    if (this.padding !== 0) this.pad()
    const word = (DATA + (this.position & this.mask)) >> 2
    this.words[word] = length
    this.words[word + RECORD_NUMBER] = this.count
    this.count++
    this.position += (length + (RECORD_HEADER + 7)) & -8
  }

  /** Not before there is a message behind it: a reader would be woken for nothing. */
  private pad(): void {
    this.words[(DATA + (this.position & this.mask)) >> 2] = PADDING
    this.position += this.padding
    this.padding = 0
  }

  get due(): boolean {
    return this.position - this.published >= this.publishAt
  }

  publish(): void {
    if (this.position === this.published || !this.attached()) return
    this.published = this.position
    const count = highOf(this.count)
    if (this.words[COUNT_HIGH] !== count) Atomics.store(this.words, COUNT_HIGH, count)
    this.storePosition(HEAD, HEAD_HIGH, this.position)
    this.wakeAudience()
  }

  private storePosition(low: number, high: number, position: number): void {
    const upper = highOf(position)
    if (this.words[high] !== upper) Atomics.store(this.words, high, upper)
    Atomics.store(this.words, low, position | 0)
  }

  private wakeAudience(): void {
    for (const { flags, bell } of this.audience) if (takeDown(flags, FLAG)) bell.ring()
  }

  /** It always is: nobody is waited for. */
  fits(): boolean {
    return true
  }

  /** Has the program taken the memory away? Nothing can be said in it then. */
  get taken(): boolean {
    return this.words.length === 0
  }

  end(state: number): void {
    if (this.words.length === 0) return
    Atomics.store(this.words, COUNT, this.count)
    Atomics.store(this.words, WRITER_STATE, state)
    this.wakeAudience()
  }

  release(): void {
    this.region.release()
  }
}
