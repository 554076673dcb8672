/**
 * The datagrams of one peer that a listener received and its stream has not read: copied, run by run, into memory of the peer's own,
 * so that a slow reader holds up nobody but itself. Bounded: what does not fit is dropped, and counted.
 */
import { pool } from '@camio/core/spi'
import { type Incoming, NOTHING } from './incoming.js'

/** Places for runs that wait, at first; a run of many small datagrams is one. */
const RUNS = 512
/** There are places for as many datagrams of so many bytes as the queue has room for, each by itself. */
const SMALL = 64
/** What a peer that says little takes; it grows to `capacity` when more comes than is read. */
const SMALLEST = 8 * 1024
const NO_PLACES = new Int32Array(0)
const NO_TIMES = new Float64Array(0)

export class Inbox implements Incoming {
  /** Where the run at hand lies. */
  bytes: Uint8Array = NOTHING
  offset = 0
  length = 0
  segment = 0
  readonly nameAt = 0
  time = Number.NaN
  /** Copies that were made of runs. */
  copies = 0

  /** A ring of bytes, `size` of them are used. */
  private block: Uint8Array = NOTHING
  private size = 0
  /** A ring of places, three numbers each: those of runs `[freed, tail)` are in use, those from `head` on wait to be read. */
  private places: Int32Array = NO_PLACES
  private times: Float64Array = NO_TIMES
  /** How many places there are: a power of two, and how many there may be. */
  private runs = RUNS
  private readonly mostRuns: number
  private freed = 0
  private head = 0
  private tail = 0
  /** Where in the block the next run goes; the oldest one in use begins at the place of `freed`. */
  private end = 0

  /**
   * @param capacity bytes that may wait; at least the largest run
   * @param names the peer's, see name.ts
   * @param look asks whether something came, which may push
   */
  constructor(
    private readonly capacity: number,
    readonly names: Uint8Array,
    private readonly look: () => void,
  ) {
    this.mostRuns = Math.max(RUNS, 2 ** Math.ceil(Math.log2(capacity / SMALL)))
  }

  get hasMore(): boolean {
    return this.head !== this.tail
  }

  next(): boolean {
    if (this.head === this.tail) this.look()
    if (this.head === this.tail) return false
    const at = (this.head % this.runs) * 3
    this.bytes = this.block
    this.offset = this.places[at]!
    this.length = this.places[at + 1]!
    this.segment = this.places[at + 2]!
    this.time = this.times[this.head % this.runs]!
    this.head++
    return true
  }

  free(): void {
    this.freed = this.head
    if (this.head === this.tail) this.end = 0
  }

  /** @returns whether there was room for the run, which is copied */
  push(run: Incoming): boolean {
    const { length } = run
    let at = this.room(length)
    while (at < 0 && this.grow(length)) at = this.room(length)
    if (at < 0) return false
    this.block.set(run.bytes.subarray(run.offset, run.offset + length), at)
    this.copies++
    this.note(at, length, run.segment, run.time)
    return true
  }

  /** A run lies at `at`: the last in line. */
  private note(at: number, length: number, segment: number, time: number): void {
    const index = this.tail++ % this.runs
    this.places[index * 3] = at
    this.places[index * 3 + 1] = length
    this.places[index * 3 + 2] = segment
    this.times[index] = time
    this.end = at + taking(length)
  }

  /** Where a run of `length` bytes in one piece may go, or -1. */
  private room(length: number): number {
    const { end, size } = this
    const taken = taking(length)
    if (this.tail - this.freed === this.runs) return -1
    if (this.freed === this.tail) return taken <= size ? 0 : -1
    const start = this.places[(this.freed % this.runs) * 3]!
    // Never up to `start`: a full ring would look like an empty one.
    if (end <= start) return end + taken < start ? end : -1
    if (end + taken <= size) return end
    return taken < start ? 0 : -1
  }

  /** More places, or a larger block. @returns `false`: there is none */
  private grow(length: number): boolean {
    if (this.tail - this.freed === this.runs) return this.addPlaces()
    if (this.size >= this.capacity) return false
    const old = this.block
    this.size = Math.min(this.capacity, Math.max(SMALLEST, this.size * 2, length * 2))
    this.block = pool.acquire(this.size)
    if (this.places === NO_PLACES) {
      this.places = new Int32Array(this.runs * 3)
      this.times = new Float64Array(this.runs)
    }
    this.moveWaiting(old)
    return true
  }

  private addPlaces(): boolean {
    const { places, times, runs } = this
    if (runs >= this.mostRuns) return false
    this.runs = runs * 2
    this.places = new Int32Array(this.runs * 3)
    this.times = new Float64Array(this.runs)
    for (let run = this.freed; run < this.tail; run++) {
      const [from, to] = [run % runs, run % this.runs]
      this.places.set(places.subarray(from * 3, from * 3 + 3), to * 3)
      this.times[to] = times[from]!
    }
    return true
  }

  /** The run at hand stays in the old block, which somebody may look at: it goes to the garbage collector. */
  private moveWaiting(old: Uint8Array): void {
    const { tail } = this
    this.tail = this.freed = this.head
    this.end = 0
    while (this.tail < tail) {
      const index = this.tail % this.runs
      const [from = 0, length = 0, segment = 0] = this.places.subarray(index * 3, index * 3 + 3)
      const at = this.end
      this.block.set(old.subarray(from, from + length), at)
      this.copies++
      this.note(at, length, segment, this.times[index]!)
    }
  }

  relax(): void {
    this.free()
    if (this.head !== this.tail) return
    // The last run was in this block, or in an older one that is gone already.
    if (this.block !== NOTHING) pool.release(this.block)
    this.block = this.bytes = NOTHING
    this.size = 0
    this.places = NO_PLACES
    this.times = NO_TIMES
    this.runs = RUNS
  }
}

/** An empty datagram takes a byte, so that a place says whose it is. */
function taking(length: number): number {
  return Math.max(length, 1)
}
