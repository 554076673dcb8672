/**
 * A reading side of a ring whose writer never waits. Whatever was read is good only if its message is not among those that the writer
 * has given up by then (a seqlock, whose sequence is the position of the oldest message).
 *
 * What is handed out are copies, many messages checked at once, and never the ring: its mapping is private, and a page that a program
 * has written to - to decode in place, say - would never change again, so that parts of later messages would be wrong unnoticed.
 */
import { type BatchHandler, Counter } from '@camio/core/spi'
import { Fault } from './bell.js'
import {
  COUNT,
  COUNT_HIGH,
  DATA,
  FLAG,
  HEAD,
  HEAD_HIGH,
  OLDEST,
  OLDEST_HIGH,
  PADDING,
  RECORD_HEADER,
  RECORD_NUMBER,
  WRITER_STATE,
  WriterState,
} from './layout.js'
import { join, loadPosition, readFence } from './position.js'
import type { Region } from './region.js'

/** Bytes that are copied and checked at a time. */
const CHUNK = 16 * 1024
/** How often a reader that is overtaken again and again goes on at the oldest message, before it skips to the newest. */
const TRIES = 8

export interface Progress {
  readonly position: number
  readonly sequence: number
}

export class LossyReader {
  /** Where the message that `next` found lies. */
  bytes: Uint8Array
  offset = 0
  length = 0
  fault: Fault | null = null

  private readonly words: Int32Array
  private readonly flags: Int32Array
  private readonly capacity: number
  private readonly mask: number
  /** Of the oldest message that was not read, in bytes since the ring began, and its number. */
  private position: number
  private sequence: number
  /** What is known of the writer's position. */
  private head: number
  private state: number = WriterState.OPEN
  private open = true
  /** Were messages skipped without knowing how many? The next one's number tells. */
  private skipped = false

  /** Checked copies of the records from `position` on: `chunk[chunkAt, chunkEnd)`. */
  private chunk = new Uint8Array(0)
  private chunkWords = new Int32Array(0)
  private chunkAt = 0
  private chunkEnd = 0

  /** @param start where the ring was when this reader was let in */
  constructor(
    private readonly region: Region,
    private readonly ownFlags: Region,
    start: Progress,
    private readonly counters: Float64Array,
  ) {
    this.bytes = this.chunk
    this.words = region.words
    this.flags = ownFlags.words
    this.capacity = region.length - DATA
    this.mask = this.capacity - 1
    this.position = start.position
    this.sequence = start.sequence
    this.head = start.position
  }

  // ---------------------------------------------------------------------------------------------------- one message

  /** Looks for the oldest message. @returns whether `bytes`, `offset`, `length` say where a copy of it lies, which is whole */
  next(): boolean {
    if (this.chunkAt === this.chunkEnd && !this.fill()) return false
    const length = this.chunkWords[this.chunkAt >> 2]!
    // It was checked, and then lent: the program may have written to it, or transferred it (no comparison with `undefined` holds).
    if (!(length >= 0 && length <= this.chunkEnd - this.chunkAt - RECORD_HEADER)) return this.broken()
    this.bytes = this.chunk
    this.offset = this.chunkAt + RECORD_HEADER
    this.length = length
    return true
  }

  /** The message that `next` found is the caller's until the next one is looked for. */
  take(): void {
    const size = (this.length + (RECORD_HEADER + 7)) & -8
    this.chunkAt += size
    this.position += size
    this.sequence++
  }

  // ---------------------------------------------------------------------------------------------------- the ring

  /** Looks for the oldest record in the ring, which may be overwritten at any time. @returns its bytes; 0: there is none, or a `fault` */
  private find(): number {
    for (let i = 0; i < TRIES; i++) {
      if (!this.behind()) return 0
      const at = this.position & this.mask
      const word = (DATA + at) >> 2
      const length = this.words[word]!
      const number = this.words[word + RECORD_NUMBER]!
      const high = this.skipped ? Atomics.load(this.words, COUNT_HIGH) : 0
      if (!this.intact()) {
        if (!this.catchUp()) return 0
        continue
      }
      if (length !== PADDING && this.skipped && !this.renumber(join(number, high))) return 0
      const size = this.sizeOf(length, number, this.capacity - at)
      if (size === 0 || length !== PADDING) return size
      this.position += size
    }
    this.skip()
    return 0
  }

  /** Is the message at `position` still there? Everything that was read of it is good then. */
  private intact(): boolean {
    if (this.words.length === 0) return false
    readFence()
    const oldest = loadPosition(this.words, OLDEST, OLDEST_HIGH)
    return oldest >= 0 && oldest <= this.position
  }

  /** Is there something behind `position`? Looks how far the writer is. */
  private behind(): boolean {
    if (this.position < this.head) return true
    if (this.fault !== null) return false
    if (this.words.length === 0) return this.broken()
    const head = loadPosition(this.words, HEAD, HEAD_HIGH)
    if (head < this.position || (head & 7) !== 0) return this.broken()
    this.head = head
    return head > this.position
  }

  private broken(): false {
    const taken = this.words.length === 0 || this.chunk.length < this.chunkEnd
    this.fault = taken ? Fault.DETACHED : Fault.CORRUPT
    this.head = this.position
    this.chunkAt = this.chunkEnd
    return false
  }

  /**
   * Of a record whose two words were read while it was intact.
   * @param rest bytes up to the ring's end @returns its bytes; 0: it is none
   */
  private sizeOf(length: number, number: number, rest: number): number {
    const left = this.head - this.position
    if (length === PADDING && rest <= left && rest < this.capacity) return rest
    if (length >= 0 && length <= rest - RECORD_HEADER && number === (this.sequence | 0)) {
      const size = (length + (RECORD_HEADER + 7)) & -8
      if (size <= left) return size
    }
    this.broken()
    return 0
  }

  // ---------------------------------------------------------------------------------------------------- overtaken

  /** Goes on at the oldest message that is left. @returns `false`: there is none, or it was overtaken once more */
  private catchUp(): boolean {
    if (this.words.length === 0) return this.broken()
    const oldest = loadPosition(this.words, OLDEST, OLDEST_HIGH)
    const head = loadPosition(this.words, HEAD, HEAD_HIGH)
    // An honest writer never gives up everything: a message is at most a quarter of the ring.
    if (oldest < this.position || head <= oldest || (oldest & 7) !== 0) return this.broken()
    const at = oldest & this.mask
    const padding = this.words[(DATA + at) >> 2] === PADDING
    const word = (DATA + (padding ? 0 : at)) >> 2
    const number = this.words[word + RECORD_NUMBER]!
    const sequence = join(number, Atomics.load(this.words, COUNT_HIGH))
    readFence()
    if (loadPosition(this.words, OLDEST, OLDEST_HIGH) !== oldest) return this.skip()
    const start = padding ? oldest + this.capacity - at : oldest
    // Padding is published before the message that it is for.
    if (start >= head) return this.skip()
    this.position = start
    this.head = head
    return this.renumber(sequence)
  }

  /** Goes on at what comes next: the writer is too fast for what is left. */
  private skip(): boolean {
    const head = loadPosition(this.words, HEAD, HEAD_HIGH)
    if (head < this.position || (head & 7) !== 0) return this.broken()
    this.position = this.head = head
    this.skipped = true
    return false
  }

  /** The next message is number `sequence`: those before it are lost. */
  private renumber(sequence: number): boolean {
    const lost = sequence - this.sequence
    if (!(lost >= 0)) return this.broken()
    this.counters[Counter.overruns]! += lost
    this.sequence = sequence
    this.skipped = false
    return true
  }

  // ---------------------------------------------------------------------------------------------------- batches

  /** Hands messages to `fn`, a ring full at most, and counts them. @returns how many */
  drain(fn: BatchHandler, limit: number): number {
    const { counters } = this
    let count = 0
    let total = 0
    try {
      // A writer that is as fast as we are must not keep the event loop from its turn.
      while (count < limit && total + count * RECORD_HEADER < this.capacity && this.next()) {
        this.take()
        count++
        total += this.length
        if (fn(this.bytes, this.offset, this.length) === false || !this.open) break
      }
    } finally {
      counters[Counter.messages]! += count
      counters[Counter.bytes]! += total
    }
    return count
  }

  /** Copies the records from `position` on, as many as fit into a chunk. @returns whether there is one */
  private fill(): boolean {
    for (let i = 0; i < TRIES; i++) {
      const first = this.find()
      if (first === 0) return false
      const at = this.position & this.mask
      const end = Math.min(this.capacity - at, this.head - this.position)
      const size = Math.min(Math.max(CHUNK, first), end)
      this.copy(at, size)
      if (this.intact()) return this.accept(size)
      if (!this.catchUp()) return false
    }
    return this.skip()
  }

  private copy(at: number, size: number): void {
    if (this.chunk.length < size) {
      this.chunk = new Uint8Array(1 << (32 - Math.clz32(size - 1)))
      this.chunkWords = new Int32Array(this.chunk.buffer)
    }
    this.chunk.set(this.region.bytes.subarray(DATA + at, DATA + at + size))
    this.counters[Counter.copies]! += 1
  }

  /** Checks the records of the copy; the last one may not be whole. @returns `false`: the first one is none */
  private accept(size: number): boolean {
    const { chunkWords } = this
    let end = 0
    let number = this.sequence | 0
    while (size - end >= RECORD_HEADER) {
      const length = chunkWords[end >> 2]!
      // Also where the ring is padded.
      if (length < 0 || length > size - end - RECORD_HEADER) break
      const record = (length + (RECORD_HEADER + 7)) & -8
      if (chunkWords[(end >> 2) + RECORD_NUMBER] !== number || end + record > size) break
      end += record
      number = (number + 1) | 0
    }
    this.chunkAt = 0
    this.chunkEnd = end
    return end > 0 || this.broken()
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  /** Would `next` find something, or a fault? */
  get ready(): boolean {
    return this.chunkAt < this.chunkEnd || this.behind() || this.fault !== null
  }

  /** The writer rings when it has published, or ended. @returns whether there is something, or an end, after one more look */
  sleep(): boolean {
    Atomics.store(this.flags, FLAG, 1)
    return this.ready || this.writerState !== WriterState.OPEN
  }

  stir(): void {
    Atomics.store(this.flags, FLAG, 0)
  }

  /** What the writer says of itself; it is not taken back. */
  get writerState(): number {
    if (this.state === WriterState.OPEN && this.words.length > 0) {
      this.state = Atomics.load(this.words, WRITER_STATE)
      if (this.state < WriterState.OPEN || this.state > WriterState.RESET) this.fault = Fault.CORRUPT
    }
    return this.state
  }

  get finished(): boolean {
    return this.writerState === WriterState.ENDED && !this.ready && this.countRest()
  }

  /** Behind messages that were skipped none came: the writer says how many there were. @returns `false`: there is a fault */
  private countRest(): boolean {
    if (!this.skipped) return true
    return this.renumber(join(Atomics.load(this.words, COUNT), Atomics.load(this.words, COUNT_HIGH)))
  }

  release(): void {
    this.open = false
    this.region.release()
    this.ownFlags.release()
  }
}
