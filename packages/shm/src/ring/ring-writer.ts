/**
 * The writing side of a ring with one writer and one reader. Memory and arithmetic only: it knows neither sockets nor promises.
 *
 * Positions are bytes since the ring began, as int32s that wrap; their differences are what counts. What the reader publishes is
 * not believed: it may be anybody's.
 */
import { type Bell, Fault, takeDown } from './bell.js'
import {
  DATA,
  HEAD,
  largestMessage,
  PADDING,
  READER_SLEEPS,
  READER_STATE,
  RECORD_HEADER,
  ReaderState,
  TAIL,
  WRITER_SLEEPS,
  WRITER_STATE,
  WRITER_WANTS,
} from './layout.js'
import type { Outgoing } from './outgoing.js'
import type { Region } from './region.js'

const NONE = -1

/** Bytes that are committed before they are published: the reader works meanwhile, and the cache line does not move for each message. */
const PUBLISH_AT = 4096

export class RingWriter implements Outgoing {
  readonly bytes: Uint8Array
  readonly buffer: ArrayBuffer
  readonly maxClaim: number
  fault: Fault | null = null

  private readonly words: Int32Array
  private readonly capacity: number
  private readonly mask: number
  private readonly publishAt: number
  /** Where the next record begins. */
  private position = 0
  private published = 0
  /** What is known of the reader's position. */
  private tail = 0
  /** Bytes that stay empty before the claim that is out, if it is committed. */
  private padding = 0
  private abandoned = false

  constructor(
    private readonly region: Region,
    private readonly bell: Bell,
  ) {
    this.bytes = region.bytes
    this.buffer = region.buffer
    this.words = region.words
    this.capacity = region.length - DATA
    this.mask = this.capacity - 1
    this.maxClaim = largestMessage(this.capacity)
    this.publishAt = Math.min(PUBLISH_AT, this.capacity >> 3)
  }

  // ---------------------------------------------------------------------------------------------------- claims

  /** Room for a message of up to `length` bytes. @returns its offset in `bytes`, -1: not now, or there is a `fault` */
  claim(length: number): number {
    const record = (length + (RECORD_HEADER + 7)) & -8
    const at = this.position & this.mask
    this.padding = 0
    if (at + record > this.capacity) return this.claimAtStart(record, this.capacity - at)
    const full = ((this.position + record - this.tail) | 0) > this.capacity
    if ((full || this.words.length === 0) && !this.reclaim(record)) return NONE
    return DATA + RECORD_HEADER + at
  }

  /** A message lies in one piece: what is left up to the ring's end stays empty. */
  private claimAtStart(record: number, rest: number): number {
    if (!this.reclaim(rest + record)) return NONE
    this.padding = rest
    return DATA + RECORD_HEADER
  }

  /** Looks how far the reader is. @returns whether `needed` bytes are free */
  private reclaim(needed: number): boolean {
    if (this.abandoned || this.fault !== null || !this.attached()) return false
    const tail = Atomics.load(this.words, TAIL)
    const behind = (this.position - tail) | 0
    // Between what it had read before and what was published since.
    if (((tail - this.tail) | 0) < 0 || ((this.published - tail) | 0) < 0 || (tail & 7) !== 0) {
      this.fault = Fault.CORRUPT
      return false
    }
    this.tail = tail
    return behind + needed <= this.capacity
  }

  private attached(): boolean {
    if (this.words.length > 0) return true
    this.fault = Fault.DETACHED
    return false
  }

  /** The claim becomes a message of `length` bytes, which the reader sees after `publish`. */
  commit(length: number): void {
    if (this.padding !== 0) this.pad()
    this.words[(DATA + (this.position & this.mask)) >> 2] = length
    this.position = (this.position + ((length + (RECORD_HEADER + 7)) & -8)) | 0
  }

  /** Not before there is a message behind it: a reader would be woken for nothing. */
  private pad(): void {
    this.words[(DATA + (this.position & this.mask)) >> 2] = PADDING
    this.position = (this.position + this.padding) | 0
    this.padding = 0
  }

  /** Has so much been committed that it is worth publishing? */
  get due(): boolean {
    return ((this.position - this.published) | 0) >= this.publishAt
  }

  /** Shows the reader everything that was committed, and wakes it. */
  publish(): void {
    if (this.position === this.published || this.fault !== null || !this.attached()) return
    this.published = this.position
    // First the position, then the look at the flag; the reader raises it first, then looks at the position. One of us sees the other.
    Atomics.store(this.words, HEAD, this.position)
    if (takeDown(this.words, READER_SLEEPS)) this.bell.ring()
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  /** Would a claim of `length` bytes be granted? */
  fits(length: number): boolean {
    const needed = this.needed(length)
    return ((this.position + needed - this.tail) | 0) <= this.capacity || this.reclaim(needed)
  }

  private needed(length: number): number {
    const record = (length + (RECORD_HEADER + 7)) & -8
    const rest = this.capacity - (this.position & this.mask)
    return record > rest ? rest + record : record
  }

  /** The reader rings when there is room for `length` bytes. @returns whether there is, after one more look */
  sleep(length: number): boolean {
    if (!this.attached()) return true
    Atomics.store(this.words, WRITER_WANTS, (this.position + this.needed(length) - this.capacity) | 0)
    Atomics.store(this.words, WRITER_SLEEPS, 1)
    return this.fits(length)
  }

  stir(): void {
    if (this.words.length > 0) Atomics.store(this.words, WRITER_SLEEPS, 0)
  }

  // ---------------------------------------------------------------------------------------------------- the end

  /** Is there something that the reader has not read? */
  get unread(): boolean {
    return this.words.length > 0 && Atomics.load(this.words, TAIL) !== this.position
  }

  get readerClosed(): boolean {
    const { words } = this
    // A plain look first: every flush asks, and the answer is nearly always no.
    if (words.length === 0 || words[READER_STATE] === ReaderState.OPEN) return false
    return Atomics.load(words, READER_STATE) !== ReaderState.OPEN
  }

  /** Nobody reads any more: there is no room from now on. */
  abandon(): void {
    this.abandoned = true
    this.tail = (this.position - this.capacity) | 0
  }

  /** Has the program taken the memory away? Nothing can be said in it then. */
  get taken(): boolean {
    return this.words.length === 0
  }

  /** No more will come. @param state `ENDED` or `RESET` of `WriterState` */
  end(state: number): void {
    if (this.words.length === 0) return
    Atomics.store(this.words, WRITER_STATE, state)
    if (takeDown(this.words, READER_SLEEPS)) this.bell.ring()
  }

  release(): void {
    this.region.release()
  }
}
