/** Frames in: what the kernel put into chunks is lent where it lies, and the chunks go back into the fill ring. */
import { Corrupt, type FrameSource, type FrameTaker } from '@camio/core/link'
import { type BatchHandler, Counter } from '@camio/core/spi'
import type { RingPlace } from '../binding.js'
import { CHUNK, CHUNK_BITS, type Memory, Owner, type Seat } from './memory.js'
import { Inlet, Outlet } from './rings.js'

/** struct xdp_desc as 32-bit words: an address of 64 bits, a length, options. */
export const Descriptor = { ADDRESS: 0, ADDRESS_HIGH: 1, LENGTH: 2, OPTIONS: 3, WORDS: 4 } as const
/** An address alone, in the fill and completion rings. */
export const ADDRESS_WORDS = 2
/** XDP_PKT_CONTD: the frame goes on in the next descriptor. */
export const GOES_ON = 1
/** Pieces that a frame may have (MAX_SKB_FRAGS and its head). */
export const PIECES = 18

/** Chunks go back so many at a time, or when there is nothing else to do. */
const TOGETHER = 64

export interface RxOwner {
  readonly counters: Float64Array
  /** The kernel does not look at the fill ring by itself. */
  pull(): void
}

export class RxQueue implements FrameSource {
  bytes: Uint8Array
  offset = 0
  length = 0
  readonly whole = true
  readonly time = Number.NaN
  /** The frame at hand: its pieces, as address and length each. */
  readonly pieces = new Int32Array(2 * PIECES)
  pieceCount = 0

  owner!: RxOwner
  private readonly memory: Memory
  private readonly rx: Inlet
  private readonly fill: Outlet
  /** Chunks that frames were lent in since the last `free`. */
  private readonly held: Int32Array
  /** Chunks of the seat that frames are received into: `[first, end)`. */
  private readonly first: number
  private readonly end: number
  private heldCount = 0
  private returned = 0
  /** Where a frame in pieces is put together. */
  private scratch = new Uint8Array(0)
  /** Is the frame at hand in there? Then it is alone: the next one would be put on top of it. */
  private joined = false

  constructor(
    private readonly seat: Seat,
    rx: RingPlace,
    fill: RingPlace,
  ) {
    this.memory = seat.memory
    this.bytes = this.memory.bytes
    this.rx = new Inlet(rx, Descriptor.WORDS)
    this.fill = new Outlet(fill, ADDRESS_WORDS)
    const { rx: count, tx } = this.memory.seating
    this.held = new Int32Array(count)
    this.first = seat.first + tx
    this.end = this.first + count
  }

  get hasMore(): boolean {
    return this.rx.atHand > 0 && !this.joined
  }

  next(): boolean {
    if (this.rx.available() === 0) {
      this.refill()
      return false
    }
    this.takePieces()
    this.joined = this.pieceCount > 1
    if (this.joined) this.join()
    else this.show(this.memory.bytes, this.pieces[0]!, this.pieces[1]!)
    return true
  }

  handOut(fn: BatchHandler, most: number, taker: FrameTaker): boolean {
    const { bytes, rx } = this
    const { words } = rx
    const { largest } = taker
    let { offset, length } = this
    let left = this.joined ? 1 : Math.min(most, rx.atHand + 1)
    let count = 0
    let total = 0
    try {
      for (;;) {
        count++
        total += length
        if (fn(bytes, offset, length) === false || taker.readingOver) return false
        if (--left === 0) return true
        const at = rx.first
        length = words[at + Descriptor.LENGTH]!
        if ((words[at + Descriptor.OPTIONS]! & GOES_ON) !== 0 || length > largest) return true
        offset = words[at + Descriptor.ADDRESS]!
        if (!this.isWhere(offset, words[at + Descriptor.ADDRESS_HIGH]!, length)) return true
        rx.take()
        this.keep(offset >> CHUNK_BITS)
      }
    } finally {
      taker.countRead(count, total)
    }
  }

  private show(bytes: Uint8Array, offset: number, length: number): void {
    this.bytes = bytes
    this.offset = offset
    this.length = length
  }

  /** The next frame's descriptors, which the kernel publishes together. */
  private takePieces(): void {
    const { words } = this.rx
    this.pieceCount = 0
    for (let more = true; more; ) {
      if (this.rx.atHand === 0 || this.pieceCount === PIECES) throw new Corrupt('a frame without an end')
      const at = this.rx.take()
      this.hold(words[at + Descriptor.ADDRESS]!, words[at + Descriptor.ADDRESS_HIGH]!, words[at + Descriptor.LENGTH]!)
      more = (words[at + Descriptor.OPTIONS]! & GOES_ON) !== 0
    }
  }

  /** A piece is ours: only what the kernel had from this seat to receive into, and within one chunk. */
  private hold(address: number, high: number, length: number): void {
    if (!this.isWhere(address, high, length)) {
      throw new Corrupt(`${length} bytes of a frame at ${address}, which is not where frames are received`)
    }
    this.keep(address >> CHUNK_BITS)
    this.pieces[2 * this.pieceCount] = address
    this.pieces[2 * this.pieceCount + 1] = length
    this.pieceCount++
  }

  /** Is it where the kernel may put a frame? */
  private isWhere(address: number, high: number, length: number): boolean {
    const chunk = address >> CHUNK_BITS
    return (
      high === 0 &&
      chunk >= this.first &&
      chunk < this.end &&
      this.memory.owner[chunk] === Owner.FILL &&
      length >= 0 &&
      (address & (CHUNK - 1)) + length <= CHUNK
    )
  }

  private keep(chunk: number): void {
    this.memory.owner[chunk] = Owner.PROGRAM
    this.held[this.heldCount++] = chunk
  }

  private join(): void {
    if (this.scratch.length === 0) this.scratch = new Uint8Array(PIECES * CHUNK)
    let end = 0
    for (let i = 0; i < this.pieceCount; i++) {
      const from = this.pieces[2 * i]!
      const length = this.pieces[2 * i + 1]!
      this.scratch.set(this.memory.bytes.subarray(from, from + length), end)
      end += length
    }
    this.owner.counters[Counter.copies]! += 1
    this.show(this.scratch, 0, end)
  }

  /** What was lent is read: its chunks go back, not one by one. */
  free(): void {
    const { held, heldCount, seat } = this
    for (let i = 0; i < heldCount; i++) seat.give(held[i]!)
    this.returned += heldCount
    this.heldCount = 0
    this.joined = false
    if (this.returned >= TOGETHER) this.refill()
  }

  /** The frame at hand belongs to another stream from now on; what was lent with it is read. */
  handOver(): void {
    this.heldCount -= this.pieceCount
    this.returned += this.pieceCount
    this.free()
  }

  /** Everything that nobody uses goes into the fill ring. */
  refill(): void {
    const { fill, seat } = this
    const { owner } = this.memory
    this.returned = 0
    this.rx.free()
    while (fill.room(1) > 0) {
      const chunk = seat.take()
      if (chunk < 0) break
      const at = fill.next()
      fill.words[at] = chunk * CHUNK
      fill.words[at + 1] = 0
      owner[chunk] = Owner.FILL
    }
    if (fill.publish() && fill.needsWakeUp) this.owner.pull()
  }
}
