/**
 * A ring: slots of which `[head, tail)` are the program's. The program alone moves `head`, the kernel alone `tail`, and that only in a
 * system call of this very thread, so that plain reads and writes do. But other programs may have the memory mapped, too, and the
 * kernel takes a wrong number without a word: whatever is read is checked, and where this ring stands is never read back.
 */
import { Corrupt } from '@camio/core/link'
import type { RingPlace } from './binding.js'
import type { Memory } from './memory.js'

/** struct netmap_ring in 32-bit words. */
export const RingField = { HEAD: 5, CUR: 6, TAIL: 7, SECONDS: 10, MICROSECONDS: 12, SLOTS: 64, WORDS: 64 } as const
/** struct netmap_slot: an index; a length and, above it, flags; a pointer that nobody uses here. */
export const SLOT = 4
/** NS_BUF_CHANGED, NS_MOREFRAG: flags where they lie in the word. */
export const BUF_CHANGED = 1 << 16
export const MOREFRAG = 0x20 << 16
export const LENGTH = 0xffff
/** Slots that a frame may take. */
export const FRAGMENTS = 64

/** Buffers 0 and 1 are nobody's. */
export const FIRST = 2

/** Loops over frames take what stays the same out of it first: looked up for each frame, it slows them. */
export class Ring {
  readonly slots: number
  /** Bytes of a buffer. */
  readonly size: number
  readonly words: Int32Array
  /** The first word of slot 0. */
  readonly first: number
  /** Where buffer 0 would begin, and how many there are. */
  readonly buffers: number
  readonly count: number
  /** The slot that comes next: behind what was read, or written. */
  cursor: number
  private known: number
  private readonly base: number

  constructor(memory: Memory, place: RingPlace) {
    this.slots = place.slots
    this.size = place.size
    this.buffers = place.buffers
    this.count = place.count
    this.words = memory.words
    this.base = place.at >> 2
    this.first = this.base + RingField.SLOTS
    // Not 0: a pipe's end that is opened again goes on where it was.
    this.cursor = this.published = this.index(RingField.HEAD)
    this.known = this.index(RingField.TAIL)
  }

  private published: number

  private index(field: number): number {
    const value = this.words[this.base + field]!
    if (value >= 0 && value < this.slots) return value
    throw new Corrupt(`slot ${value} of a ring that has ${this.slots}`)
  }

  /** Slots from the cursor on that are known to be ours. */
  get available(): number {
    const count = this.known - this.cursor
    return count < 0 ? count + this.slots : count
  }

  /** Looks where the kernel has moved the tail. @returns {@link available} @throws Corrupt */
  look(): number {
    this.known = this.index(RingField.TAIL)
    return this.available
  }

  next(slot: number): number {
    return slot + 1 === this.slots ? 0 : slot + 1
  }

  /** The first word of a slot. */
  at(slot: number): number {
    return this.first + slot * SLOT
  }

  /** The offset of the buffer in the slot whose first word is `at`. @throws Corrupt */
  buffer(at: number): number {
    const index = this.words[at]!
    if (!this.holds(index)) throw new Corrupt(`buffer ${index}, which there is not`)
    return this.offset(index)
  }

  /** Of a buffer's index. */
  offset(index: number): number {
    return this.buffers + index * this.size
  }

  holds(index: number): boolean {
    return index >= FIRST && index < this.count
  }

  /** Is there anything before the cursor that the kernel has not been given? */
  get dirty(): boolean {
    return this.published !== this.cursor
  }

  /** Slots before the cursor that the kernel has not been given. */
  get waiting(): number {
    const count = this.cursor - this.published
    return count < 0 ? count + this.slots : count
  }

  /** The kernel gets what lies before the cursor, with the next sync. */
  publish(): void {
    const { words, base, cursor } = this
    words[base + RingField.HEAD] = words[base + RingField.CUR] = this.published = cursor
  }

  /** The kernel sets back a head that it cannot make sense of, and says nothing. @throws Corrupt */
  verify(): void {
    if (this.words[this.base + RingField.HEAD] !== this.published) {
      throw new Corrupt('the kernel and this stream do not agree where in the ring they are')
    }
  }

  /** When the kernel was last asked what came, in milliseconds since 1970; `NaN` where it keeps no account. */
  get time(): number {
    const { words, base } = this
    const seconds = words[base + RingField.SECONDS]! >>> 0
    return seconds === 0 ? Number.NaN : seconds * 1000 + words[base + RingField.MICROSECONDS]! / 1000
  }

  /** Has everything that was given to the kernel come back? */
  get returned(): boolean {
    return this.look() === this.slots - 1
  }
}
