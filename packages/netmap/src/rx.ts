/** Frames in: lent where they lie in the ring's buffers. */
import { Corrupt, type FrameSource, type FrameTaker } from '@camio/core/link'
import { type BatchHandler, Counter } from '@camio/core/spi'
import type { Memory } from './memory.js'
import { BUF_CHANGED, FIRST, FRAGMENTS, LENGTH, MOREFRAG, type Ring, SLOT } from './ring.js'

export interface RxOwner {
  readonly counters: Float64Array
  /** Asks the kernel. */
  rxSync(): void
  /** Slots are the kernel's again, and it must be told before long. */
  freed(): void
}

export class RxQueue implements FrameSource {
  bytes: Uint8Array
  offset = 0
  length = 0
  readonly whole = true
  /** The frame at hand: its first slot, and how many it takes. */
  private slot = 0
  pieces = 0
  /** Is it put together elsewhere? Then it is alone: the next one would be put on top of it. */
  private joined = false
  /** How often a ring was found that the kernel had filled: what came then was lost, how much nobody knows. */
  full = 0

  owner!: RxOwner
  private ring: Ring
  private index = 0
  /** Slots that are lent, and slots that were given back since the kernel was asked. */
  private held = 0
  private freed = 0
  private scratch = new Uint8Array(0)

  constructor(
    private readonly memory: Memory,
    private readonly rings: readonly Ring[],
  ) {
    this.bytes = memory.bytes
    this.ring = rings[0]!
  }

  get hasMore(): boolean {
    return this.ring.available > 0 && !this.joined
  }

  get time(): number {
    return this.ring.time
  }

  next(): boolean {
    if (this.ring.available > 0 && this.take()) return true
    if (this.turn()) return true
    this.sync()
    return this.turn()
  }

  handOut(fn: BatchHandler, most: number, taker: FrameTaker): boolean {
    const { ring, bytes } = this
    const { words, first, size, buffers, count } = ring
    // Small integers: see docs/decisions/0091.
    const last = (ring.slots - 1) | 0
    const fragmented = MOREFRAG | 0
    const largest = Math.min(size, taker.largest) | 0
    const end = (this.joined ? 1 : Math.min(most, ring.available + 1)) | 0
    let { offset } = this
    let length = this.length | 0
    let slot = ring.cursor | 0
    let done = 0
    let total = 0
    try {
      for (;;) {
        done = (done + 1) | 0
        total = (total + length) | 0
        if (fn(bytes, offset, length) === false || taker.readingOver) return false
        if (done === end) return true
        const at = first + slot * SLOT
        const index = words[at]!
        const word = words[at + 1]!
        length = word & LENGTH
        if ((word & fragmented) !== 0 || length > largest || index < FIRST || index >= count) return true
        offset = buffers + index * size
        slot = slot === last ? 0 : (slot + 1) | 0
      }
    } finally {
      ring.cursor = slot
      // The first was counted when it was found.
      this.held += done - 1
      taker.countRead(done, total)
    }
  }

  /** From the next ring that has something: each in its turn. */
  private turn(): boolean {
    const { rings } = this
    for (let i = 0; i < rings.length; i++) {
      this.index = this.index + 1 === rings.length ? 0 : this.index + 1
      this.ring = rings[this.index]!
      if (this.look(this.ring) > 0 && this.take()) return true
    }
    return false
  }

  /** Frames that have come, with a sync or with a poll of the system's: both move the tail. */
  private look(ring: Ring): number {
    const before = ring.available
    const now = ring.look()
    if (now === ring.slots - 1 && now !== before) this.full++
    return now
  }

  /** The kernel gets back what was given free, and tells what has come. */
  sync(): void {
    this.freed = 0
    this.owner.rxSync()
    for (const ring of this.rings) {
      ring.verify()
      this.look(ring)
    }
  }

  // ---------------------------------------------------------------------------------------------------- a frame

  /** @returns `false`: its end has not come yet */
  private take(): boolean {
    const { ring } = this
    const at = ring.at(ring.cursor)
    const word = ring.words[at + 1]!
    const length = word & LENGTH
    if (length > ring.size) throw new Corrupt(`${length} bytes in a buffer of ${ring.size}`)
    const offset = ring.buffer(at)
    if ((word & MOREFRAG) !== 0) return this.takePieces(offset)
    this.bytes = this.memory.bytes
    this.offset = offset
    this.length = length
    this.joined = false
    this.advance(1)
    return true
  }

  private advance(pieces: number): void {
    const { ring } = this
    this.slot = ring.cursor
    this.pieces = pieces
    this.held += pieces
    ring.cursor = (ring.cursor + pieces) % ring.slots
  }

  /** A frame of several slots, that begins at `offset`. Where its buffers follow each other it lies there in one piece. */
  private takePieces(offset: number): boolean {
    const { ring } = this
    const { words, size } = ring
    const most = Math.min(ring.available, FRAGMENTS)
    let slot = ring.cursor
    let total = 0
    let together = true
    for (let pieces = 1; pieces <= most; pieces++) {
      const at = ring.at(slot)
      const word = words[at + 1]!
      const length = word & LENGTH
      if (length > size) throw new Corrupt(`${length} bytes in a buffer of ${size}`)
      // Each piece is where it would be if all before it were full.
      together &&= ring.buffer(at) === offset + total
      total += length
      if ((word & MOREFRAG) === 0) {
        this.show(offset, total, together, pieces)
        return true
      }
      slot = ring.next(slot)
    }
    if (most < ring.slots - 1 && most < FRAGMENTS) return false
    throw new Corrupt('a frame without an end')
  }

  private show(offset: number, length: number, together: boolean, pieces: number): void {
    this.joined = !together
    if (together) {
      this.bytes = this.memory.bytes
      this.offset = offset
    } else {
      this.join(pieces)
    }
    this.length = length
    this.advance(pieces)
  }

  private join(pieces: number): void {
    const { ring, memory } = this
    if (this.scratch.length === 0) this.scratch = new Uint8Array(FRAGMENTS * ring.size)
    let end = 0
    for (let i = 0, slot = ring.cursor; i < pieces; i++, slot = ring.next(slot)) {
      const at = ring.at(slot)
      const from = ring.buffer(at)
      // Once more: the memory may be others', too.
      const length = Math.min(ring.words[at + 1]! & LENGTH, ring.size)
      this.scratch.set(memory.bytes.subarray(from, from + length), end)
      end += length
    }
    this.owner.counters[Counter.copies]! += 1
    this.bytes = this.scratch
    this.offset = 0
  }

  // ---------------------------------------------------------------------------------------------------- giving back

  /**
   * What was read is the kernel's with the next sync, which is not put off until the ring is empty, nor half empty: a sender that sleeps
   * takes as long to wake as reading the other half does, and both ends would sleep by turns.
   */
  free(): void {
    const { rings } = this
    this.freed += this.held
    this.held = 0
    if (rings.length === 1) this.ring.publish()
    else for (const ring of rings) if (ring.dirty) ring.publish()
    if (this.freed >= this.ring.slots >> 2) this.sync()
    else this.owner.freed()
  }

  /** Does the kernel not know yet of all that was given free? */
  get owes(): boolean {
    return this.freed > 0
  }

  /** Exchanges the buffer of the frame at hand's piece `index` for another one. @returns its own @throws Corrupt */
  exchange(index: number, buffer: number): number {
    const { ring } = this
    const at = ring.at((this.slot + index) % ring.slots)
    const own = ring.words[at]!
    if (!ring.holds(own)) throw new Corrupt(`buffer ${own}, which there is not`)
    ring.words[at] = buffer
    ring.words[at + 1] = ring.words[at + 1]! | BUF_CHANGED
    return own
  }

  /** Bytes of the frame at hand's piece `index`, and whether others follow. */
  pieceLength(index: number): number {
    const { ring } = this
    return Math.min(ring.words[ring.at((this.slot + index) % ring.slots) + 1]! & LENGTH, ring.size)
  }

  /** Does the frame at hand lie in its buffers, where one can be exchanged for it? */
  get inOneBuffer(): boolean {
    return this.pieces === 1
  }
}
