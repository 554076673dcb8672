/**
 * The datagrams of one peer that a listener received and its stream has not read: copied, run by run, into memory of the peer's own,
 * so that a slow reader holds up nobody but itself. Bounded: what does not fit is dropped, and counted.
 */
import { pool } from '@camio/core/spi'
import { type Incoming, NOTHING } from './incoming.js'

/** Runs that may wait; a run of many small datagrams is one. */
const RUNS = 512
const NO_PLACES = new Int32Array(0)
const NO_TIMES = new Float64Array(0)

export class Inbox implements Incoming {
  bytes: Uint8Array = NOTHING
  offset = 0
  length = 0
  segment = 0
  readonly nameAt = 0
  time = Number.NaN

  /** A ring of places, three numbers each: those of runs `[freed, tail)` are in use, those from `head` on wait to be read. */
  private places: Int32Array = NO_PLACES
  private times: Float64Array = NO_TIMES
  private freed = 0
  private head = 0
  private tail = 0
  /** Where in `bytes` the next run goes; the oldest one in use begins at `start`. */
  private end = 0

  /**
   * @param capacity bytes that may wait; at least the largest run
   * @param names the peer's, see name.ts
   */
  constructor(
    private readonly capacity: number,
    readonly names: Uint8Array,
  ) {}

  get hasMore(): boolean {
    return this.head !== this.tail
  }

  next(): boolean {
    if (this.head === this.tail) return false
    const at = (this.head % RUNS) * 3
    this.offset = this.places[at]!
    this.length = this.places[at + 1]!
    this.segment = this.places[at + 2]!
    this.time = this.times[this.head % RUNS]!
    this.head++
    return true
  }

  free(): void {
    this.freed = this.head
    if (this.head === this.tail) this.end = 0
  }

  /** @returns whether there was room for the run, which is copied */
  push(source: Incoming): boolean {
    const { length } = source
    const at = this.room(Math.max(length, 1))
    if (at < 0) return false
    this.bytes.set(source.bytes.subarray(source.offset, source.offset + length), at)
    const place = (this.tail % RUNS) * 3
    this.places[place] = at
    this.places[place + 1] = length
    this.places[place + 2] = source.segment
    this.times[this.tail % RUNS] = source.time
    this.tail++
    // An empty datagram takes a byte, so that a place says whose it is.
    this.end = at + Math.max(length, 1)
    return true
  }

  /** Where `length` bytes in one piece may go, or -1. */
  private room(length: number): number {
    if (this.tail - this.freed === RUNS) return -1
    if (this.bytes === NOTHING) this.open()
    if (this.freed === this.tail) return length <= this.capacity ? 0 : -1
    const start = this.places[(this.freed % RUNS) * 3]!
    // Never up to `start`: a full ring would look like an empty one.
    if (this.end > start) {
      if (this.end + length <= this.capacity) return this.end
      return length < start ? 0 : -1
    }
    return this.end + length < start ? this.end : -1
  }

  private open(): void {
    this.bytes = pool.acquire(this.capacity)
    if (this.places === NO_PLACES) {
      this.places = new Int32Array(RUNS * 3)
      this.times = new Float64Array(RUNS)
    }
  }

  relax(): void {
    this.free()
    if (this.head !== this.tail || this.bytes === NOTHING) return
    pool.release(this.bytes)
    this.bytes = NOTHING
  }
}
