/** Frames out: claims lie in the ring's buffers and are sent from there. */
import { Corrupt, type FrameFiller } from '@camio/core/link'
import { type BatchWriter, Counter, WRITE } from '@camio/core/spi'
import type { Memory } from './memory.js'
import { BUF_CHANGED, FIRST, FRAGMENTS, MOREFRAG, type Ring, SLOT } from './ring.js'
import type { RxQueue } from './rx.js'

const NONE = -1

/** Slots: while some are on their way others are written. */
const TOGETHER = 256

export interface TxOwner {
  readonly counters: Float64Array
  /** Gives the kernel what is published, and learns what it has done with. */
  txSync(): void
}

export class TxQueue {
  bytes: Uint8Array
  owner!: TxOwner
  /** How many slots the kernel is best told of at once. */
  private readonly enough: number
  private ring: Ring
  private index = 0
  /** A claim whose slots' buffers do not follow each other lies in here. */
  private scratch = new Uint8Array(0)

  constructor(
    private readonly memory: Memory,
    private readonly rings: readonly Ring[],
  ) {
    this.bytes = memory.bytes
    this.ring = rings[0]!
    this.enough = Math.min(TOGETHER, rings[0]!.slots >> 1)
  }

  /** @returns the offset of room for a frame in `bytes`, or -1 @throws Corrupt */
  claim(length: number): number {
    const { ring } = this
    if (length > ring.size) return this.claimPieces(length)
    if (ring.available === 0 && !this.findRing(1)) return NONE
    this.bytes = this.memory.bytes
    return this.ring.buffer(this.ring.at(this.ring.cursor))
  }

  private claimPieces(length: number): number {
    const pieces = Math.ceil(length / this.ring.size)
    if (this.ring.available < pieces && !this.findRing(pieces)) return NONE
    const { ring } = this
    const first = ring.buffer(ring.at(ring.cursor))
    let together = true
    for (let i = 1, slot = ring.next(ring.cursor); i < pieces; i++, slot = ring.next(slot)) {
      together &&= ring.buffer(ring.at(slot)) === first + i * ring.size
    }
    if (together) {
      this.bytes = this.memory.bytes
      return first
    }
    if (this.scratch.length === 0) this.scratch = new Uint8Array(FRAGMENTS * ring.size)
    this.bytes = this.scratch
    return 0
  }

  /** A ring with room for so many slots. The one in use is kept while it has some, so that frames keep their order. */
  private findRing(pieces: number): boolean {
    if (this.turn(pieces)) return true
    this.send()
    return this.turn(pieces)
  }

  private turn(pieces: number): boolean {
    const { rings } = this
    for (let i = 0; i < rings.length; i++) {
      if (this.ring.look() >= pieces) return true
      this.index = this.index + 1 === rings.length ? 0 : this.index + 1
      this.ring = rings[this.index]!
    }
    return false
  }

  /** The claim's first `length` bytes are a frame. */
  append(length: number): void {
    const { ring } = this
    if (this.bytes === this.scratch) this.spread(length)
    if (length <= ring.size) this.put(length, 0)
    else
      for (let rest = length; rest > 0; rest -= ring.size)
        this.put(Math.min(rest, ring.size), rest > ring.size ? MOREFRAG : 0)
  }

  private put(length: number, more: number): void {
    const { ring } = this
    const { words } = ring
    const at = ring.at(ring.cursor) + 1
    // What a reader has exchanged stays said; everything else is stale.
    words[at] = (words[at]! & BUF_CHANGED) | length | more
    ring.cursor = ring.next(ring.cursor)
  }

  get due(): boolean {
    return this.ring.waiting >= this.enough
  }

  /** The largest frame that takes one slot. */
  get piece(): number {
    return this.ring.size
  }

  fill(fn: BatchWriter, length: number, index: number, limit: number, filler: FrameFiller): boolean {
    const { ring, bytes } = this
    const { words, first, size, buffers, count } = ring
    // Small integers: see docs/decisions/0091.
    const last = (ring.slots - 1) | 0
    const kept = BUF_CHANGED | 0
    const most = Math.min(limit - index, ring.available, this.enough - ring.waiting) | 0
    let slot = ring.cursor | 0
    let done = 0
    let total = 0
    try {
      do {
        const word = first + slot * SLOT
        const buffer = words[word]!
        // `claim` tells what is wrong with it.
        if (buffer < FIRST || buffer >= count) return true
        const answer = fn(bytes, buffers + buffer * size, length, index + done)
        const used = answer === undefined ? length : filler.lengthOf(answer, length)
        if (used < 0 || filler.writingOver) return false
        words[word + 1] = (words[word + 1]! & kept) | used
        slot = slot === last ? 0 : (slot + 1) | 0
        // At once: a writer that flushes, or closes the stream, sends what was written before.
        ring.cursor = slot
        done = (done + 1) | 0
        total = (total + used) | 0
      } while (done < most)
      return true
    } finally {
      filler.countWritten(done, total)
    }
  }

  private spread(length: number): void {
    const { ring, memory, scratch } = this
    for (let from = 0, slot = ring.cursor; from < length; from += ring.size, slot = ring.next(slot)) {
      memory.bytes.set(scratch.subarray(from, Math.min(from + ring.size, length)), ring.buffer(ring.at(slot)))
    }
    this.owner.counters[WRITE + Counter.copies]! += 1
  }

  /** The frame that `source` has at hand is sent in the buffers that it came in, and `source` gets others. @returns `false`: not now */
  adopt(source: RxQueue): boolean {
    const { pieces } = source
    if (this.ring.available < pieces && !this.findRing(pieces)) return false
    const { ring } = this
    const { words } = ring
    for (let i = 0; i < pieces; i++) {
      const at = ring.at(ring.cursor)
      const own = words[at]!
      if (!ring.holds(own)) throw new Corrupt(`buffer ${own}, which there is not`)
      const length = source.pieceLength(i)
      words[at] = source.exchange(i, own)
      words[at + 1] = BUF_CHANGED
      this.put(length, i < pieces - 1 ? MOREFRAG : 0)
    }
    return true
  }

  get empty(): boolean {
    const { rings } = this
    if (rings.length === 1) return !this.ring.dirty
    return !rings.some(({ dirty }) => dirty)
  }

  /** Everything that was appended is the kernel's. @throws Corrupt */
  send(): void {
    for (const ring of this.rings) ring.publish()
    this.owner.txSync()
    for (const ring of this.rings) ring.verify()
  }

  /** Has everything been sent? A card may have it in its ring for some time. */
  get sent(): boolean {
    return this.rings.every((ring) => ring.returned)
  }
}
