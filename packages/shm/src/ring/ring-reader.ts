/**
 * The reading side of a ring with one writer and one reader. Nothing that is read from the memory is believed before it was checked:
 * it may be anybody's.
 */
import { type BatchHandler, Counter } from '@camio/core/spi'
import { type Bell, Fault, takeDown } from './bell.js'
import {
  DATA,
  HEAD,
  PADDING,
  READER_SLEEPS,
  READER_STATE,
  RECORD_HEADER,
  ReaderState,
  TAIL,
  WRITER_SLEEPS,
  WRITER_STATE,
  WRITER_WANTS,
  WriterState,
} from './layout.js'
import type { Region } from './region.js'

export class RingReader {
  readonly bytes: Uint8Array
  private readonly buffer: ArrayBuffer
  /** Of the message that `next` found. */
  offset = 0
  length = 0
  /** Somebody looks at what was taken: its room is not given back meanwhile. */
  held = false
  fault: Fault | null = null

  private readonly words: Int32Array
  private readonly capacity: number
  private readonly mask: number
  /** The oldest message begins here. */
  private position = 0
  private published = 0
  /** What is known of the writer's position. */
  private head = 0
  private state: number = WriterState.OPEN
  /** Was it given back? A batch looks at it between messages. */
  private open = true

  constructor(
    private readonly region: Region,
    private readonly bell: Bell,
  ) {
    this.bytes = region.bytes
    this.buffer = region.buffer
    this.words = region.words
    this.capacity = region.length - DATA
    this.mask = this.capacity - 1
  }

  // ---------------------------------------------------------------------------------------------------- messages

  /** Looks for the oldest message. @returns whether `offset` and `length` say where it lies; `false`: none, or there is a `fault` */
  next(): boolean {
    if (this.position === this.head && !this.refresh()) return false
    const at = this.position & this.mask
    const length = this.words[(DATA + at) >> 2]!
    const end = at + RECORD_HEADER + length
    // Words of a detached memory are `undefined`, for which no comparison holds.
    if (
      length >= 0 &&
      end <= this.capacity &&
      ((length + (RECORD_HEADER + 7)) & -8) <= ((this.head - this.position) | 0)
    ) {
      this.offset = DATA + RECORD_HEADER + at
      this.length = length
      return true
    }
    return this.skip(length, at)
  }

  /** The ring's end stays empty where the next message did not fit. */
  private skip(length: number, at: number): boolean {
    const rest = this.capacity - at
    if (length !== PADDING || at === 0 || rest > ((this.head - this.position) | 0)) return this.broken()
    this.position = (this.position + rest) | 0
    return this.next()
  }

  private broken(): false {
    this.fault = this.words.length === 0 ? Fault.DETACHED : Fault.CORRUPT
    // What is known to have come is not to be looked at again.
    this.head = this.position
    return false
  }

  /** Looks how far the writer is. @returns whether there is anything */
  private refresh(): boolean {
    // A plain look costs a tenth, and whoever finds nothing looks again. What is new is looked at in earnest.
    if (this.words[HEAD] === this.position) return this.nothing()
    return this.refreshInEarnest()
  }

  private refreshInEarnest(): boolean {
    if (this.fault !== null) return false
    if (this.words.length === 0) return this.broken()
    const head = Atomics.load(this.words, HEAD)
    const ahead = (head - this.position) | 0
    if (ahead < 0 || ahead > this.capacity || (head & 7) !== 0) return this.broken()
    this.head = head
    return ahead > 0 || this.nothing()
  }

  /** There was time for everything that was read to become room. */
  private nothing(): false {
    if (this.position !== this.published) this.publish()
    return false
  }

  /** Is there more of what the last look at the writer's position brought? */
  get more(): boolean {
    return this.position !== this.head
  }

  /** The message that `next` found, where it lies. */
  view(): Uint8Array {
    return new Uint8Array(this.buffer, this.offset, this.length)
  }

  /** The message that `next` found is the caller's, who may hold it. */
  take(): void {
    this.position = (this.position + ((this.length + (RECORD_HEADER + 7)) & -8)) | 0
  }

  /**
   * Hands messages to `fn`, a ring full at most, until there is none, `limit` was reached or `fn` says so, and counts them. @returns how many
   */
  drain(fn: BatchHandler, limit: number, counters: Float64Array): number {
    const { bytes, words, mask, capacity } = this
    const quarter = capacity >> 2
    const start = this.position
    let position = start
    let count = 0
    let total = 0
    this.held = true
    try {
      // A writer that is as fast as we are must not keep the event loop from its turn.
      while (count < limit && ((position - start) | 0) < capacity) {
        const at = position & mask
        let offset = DATA + RECORD_HEADER + at
        let length = words[(DATA + at) >> 2]!
        let record = (length + (RECORD_HEADER + 7)) & -8
        // A message that is known to have come, and nothing else: that is for `next` to look into, whose word is then taken.
        if (!(length >= 0 && offset - DATA + length <= capacity && record <= ((this.head - position) | 0))) {
          if (!this.another()) break
          ;({ position, offset, length } = this)
          record = (length + (RECORD_HEADER + 7)) & -8
        }
        // Read, whatever the handler makes of it.
        this.position = position = (position + record) | 0
        count++
        total += length
        if (fn(bytes, offset, length) === false || !this.open) break
        if (((position - this.published) | 0) >= quarter || words[WRITER_SLEEPS] === 1) this.giveRoom()
      }
    } finally {
      this.held = false
      counters[Counter.messages]! += count
      counters[Counter.bytes]! += total
    }
    return count
  }

  /** `next` between messages of a batch: nobody looks at one. */
  private another(): boolean {
    this.held = false
    const found = this.next()
    this.held = found
    return found
  }

  private giveRoom(): void {
    this.held = false
    this.publish()
    this.held = true
  }

  /** Is it time to tell the writer how much room there is? */
  get due(): boolean {
    return ((this.position - this.published) | 0) >= this.capacity >> 2 || this.words[WRITER_SLEEPS] === 1
  }

  /** Gives the room of what was read to the writer, and wakes it if that is what it waits for. */
  publish(): void {
    const { position, words } = this
    if (position === this.published || this.held || words.length === 0) return
    this.published = position
    Atomics.store(words, TAIL, position)
    if (Atomics.load(words, WRITER_SLEEPS) === 0) return
    if (((position - Atomics.load(words, WRITER_WANTS)) | 0) < 0) return
    if (takeDown(words, WRITER_SLEEPS)) this.bell.ring()
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  /** Would `next` find something, or a fault? */
  get ready(): boolean {
    return this.position !== this.head || this.refresh() || this.fault !== null
  }

  /** The writer rings when it has published, or ended. @returns whether there is something, or an end, after one more look */
  sleep(): boolean {
    if (this.words.length === 0) return true
    Atomics.store(this.words, READER_SLEEPS, 1)
    // Only a look in earnest comes surely after the flag.
    if (this.position !== this.head || this.refreshInEarnest() || this.fault !== null) return true
    return this.writerStateInEarnest() !== WriterState.OPEN
  }

  stir(): void {
    if (this.words.length > 0) Atomics.store(this.words, READER_SLEEPS, 0)
  }

  // ---------------------------------------------------------------------------------------------------- the end

  /** What the writer says of itself. It is not taken back: who toggled it could keep a reader from ever sleeping. */
  get writerState(): number {
    // A plain look, as in `refresh`.
    if (this.words[WRITER_STATE] === WriterState.OPEN && this.state === WriterState.OPEN) return WriterState.OPEN
    return this.writerStateInEarnest()
  }

  private writerStateInEarnest(): number {
    if (this.state === WriterState.OPEN && this.words.length > 0) {
      this.state = Atomics.load(this.words, WRITER_STATE)
      if (this.state < WriterState.OPEN || this.state > WriterState.RESET) this.fault = Fault.CORRUPT
    }
    return this.state
  }

  /** Has the writer ended, and was all of it read? The state is looked at first: what it published is there by then. */
  get finished(): boolean {
    return this.writerState === WriterState.ENDED && !this.ready
  }

  /** Has the program taken the memory away? Nothing can be said in it then. */
  get taken(): boolean {
    return this.words.length === 0
  }

  /** Nobody reads any more. @returns whether something was left unread */
  close(): boolean {
    this.open = false
    if (this.words.length === 0) return false
    const unread = this.ready
    this.held = false
    this.publish()
    Atomics.store(this.words, READER_STATE, ReaderState.CLOSED)
    return unread
  }

  release(): void {
    this.region.release()
  }
}
