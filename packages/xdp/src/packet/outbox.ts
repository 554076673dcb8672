/** Frames that were committed and that the system has not taken, end to end in one piece of memory. */
import { pool } from '@camio/core/spi'

/** Bytes, and frames, that may wait. */
const SIZE = 256 * 1024
const FRAMES = 512
/** Frames begin at a cache line: whoever fills them, and whoever copies them, is faster. */
const LINE = 64

const NOTHING = new Uint8Array(0)

export class Outbox {
  bytes: Uint8Array = NOTHING
  /** Offset and length of each. */
  readonly frames = new Int32Array(2 * FRAMES)
  /** Frames `[first, count)` are not sent yet. */
  first = 0
  count = 0
  private fill = 0
  private claimed = false

  get empty(): boolean {
    return this.first === this.count
  }

  /** @returns the offset of room for a frame, or -1 */
  claim(length: number): number {
    if (this.bytes === NOTHING) this.bytes = pool.acquire(SIZE)
    if (this.count === FRAMES || length > this.bytes.length - this.fill) return -1
    this.claimed = true
    return this.fill
  }

  append(length: number): void {
    this.claimed = false
    this.frames[2 * this.count] = this.fill
    this.frames[2 * this.count + 1] = length
    this.count++
    this.fill = (this.fill + length + LINE - 1) & ~(LINE - 1)
  }

  cancel(): void {
    this.claimed = false
  }

  /** The system has taken `count` more, or they are given up. */
  sent(count: number): void {
    this.first += count
    if (!this.empty) return
    this.first = this.count = 0
    // A claim that is out stays where it is.
    if (!this.claimed) this.fill = 0
  }

  /** Idle: holds no memory. */
  relax(): void {
    if (!this.empty || this.claimed || this.bytes === NOTHING) return
    pool.release(this.bytes)
    this.bytes = NOTHING
  }

  /** The memory goes back, or, where the program may still look at it, to the garbage collector. */
  close(): void {
    if (this.bytes !== NOTHING && !this.claimed) pool.release(this.bytes)
    this.bytes = NOTHING
  }
}
