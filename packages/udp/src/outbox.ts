/**
 * What a stream has committed and the system has not taken: datagrams end to end in one piece of memory, and a list of the runs in
 * which they go - as many of one length to one peer as follow each other, so that the system can be handed them as one packet.
 */
import { pool } from '@camio/core/spi'
import { NOTHING } from './incoming.js'
import { NAME_SIZE, sameName } from './name.js'

/** What a run's four numbers are; native/send.cc has the same order. */
export const Run = { OFFSET: 0, LENGTH: 1, SEGMENT: 2, TARGET: 3, NUMBERS: 4 } as const

/** Bytes that wait to be sent, at most: some thousand small datagrams a system call, or a few of the largest. */
const SIZE = 256 * 1024
/** Runs, and peers, that may wait. */
const RUNS = 128
const TARGETS = 64

/** No length continues this run. */
const CLOSED = -1

export class Outbox {
  slab: Uint8Array = NOTHING
  /** Where the next datagram is written: claims lie here. */
  fill = 0
  /** Runs `[first, count)` are not sent yet. */
  first = 0
  count = 0
  runs: Int32Array = EMPTY_RUNS
  /** Where they go: names, one after the other. */
  readonly targets: Uint8Array

  private targetCount = 0
  /** Of the last run: its place, the length of its datagrams if more of them may follow, and where it goes. */
  private last = 0
  private segment = CLOSED
  private target = CLOSED

  /** @param home where datagrams without an address go, unless the socket is connected */
  constructor(private readonly home: Uint8Array | null = null) {
    this.targets = new Uint8Array(NAME_SIZE * TARGETS)
    this.rewind()
  }

  get empty(): boolean {
    return this.first === this.count
  }

  /** Is there room for one more datagram, to whomever? */
  fits(length: number): boolean {
    const { slab } = this
    return length <= slab.length - this.fill && this.count < RUNS && this.targetCount < TARGETS && slab !== NOTHING
  }

  /** An empty outbox gets memory. */
  open(): void {
    if (this.slab === NOTHING) this.slab = pool.acquire(SIZE)
    if (this.runs === EMPTY_RUNS) this.runs = new Int32Array(RUNS * Run.NUMBERS)
  }

  /** The index of a name, which is copied. Only while it `fits`. */
  targetOf(name: Uint8Array): number {
    const { targets, targetCount } = this
    const last = (targetCount - 1) * NAME_SIZE
    if (targetCount > 0 && sameName(name, 0, targets, last)) return targetCount - 1
    targets.set(name, targetCount * NAME_SIZE)
    return this.targetCount++
  }

  /** The claim at `fill`, `length` bytes of it, is a datagram. */
  append(length: number, target: number): void {
    if (length === this.segment && target === this.target) this.runs[this.last + Run.LENGTH]! += length
    else this.appendOther(length, target)
    this.fill += length
  }

  private appendOther(length: number, target: number): void {
    // A shorter one may end a run.
    if (length > 0 && length < this.segment && target === this.target) {
      this.runs[this.last + Run.LENGTH]! += length
      this.segment = CLOSED
      return
    }
    const { runs } = this
    this.last = this.count++ * Run.NUMBERS
    runs[this.last + Run.OFFSET] = this.fill
    runs[this.last + Run.LENGTH] = length
    runs[this.last + Run.SEGMENT] = length
    runs[this.last + Run.TARGET] = target
    this.segment = length === 0 ? CLOSED : length
    this.target = target
  }

  /** The system has taken `runs` more runs whole. */
  sent(runs: number): void {
    this.first += runs
    if (!this.empty) return
    this.first = this.count = 0
    this.segment = CLOSED
  }

  /** The next datagram cannot be sent. @returns where it was to go: an index, or -1 */
  dropFirst(): number {
    const at = this.first * Run.NUMBERS
    const { runs } = this
    const length = Math.min(runs[at + Run.SEGMENT]!, runs[at + Run.LENGTH]!)
    runs[at + Run.OFFSET]! += length
    runs[at + Run.LENGTH]! -= length
    const target = runs[at + Run.TARGET]!
    if (runs[at + Run.LENGTH] === 0) this.sent(1)
    return target
  }

  /** Nothing waits and nothing is claimed: begins at the front again. (A claim has its place, and the index of its address.) */
  rewind(): void {
    this.fill = 0
    this.targetCount = 0
    if (this.home !== null) this.targetOf(this.home)
  }

  /** Nothing waits, nothing is claimed, and nothing will be soon: an idle stream holds no memory. */
  relax(): void {
    if (this.slab !== NOTHING) pool.release(this.slab)
    this.slab = NOTHING
  }

  /** The memory goes back, or, where a claim is out and the program may still look at it, to the garbage collector. */
  close(claimed: boolean): void {
    if (claimed) this.slab = NOTHING
    else this.relax()
  }
}

const EMPTY_RUNS = new Int32Array(0)
