/** Frames that were committed and that the system has not taken, end to end in one piece of memory. */
import type { FrameFiller } from '@camio/core/link'
import { type BatchWriter, pool } from '@camio/core/spi'

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
  private end = 0
  private claimed = false

  get empty(): boolean {
    return this.first === this.count
  }

  /** @returns the offset of room for a frame, or -1 */
  claim(length: number): number {
    if (this.bytes === NOTHING) this.bytes = pool.acquire(SIZE)
    if (this.count === FRAMES || length > this.bytes.length - this.end) return -1
    this.claimed = true
    return this.end
  }

  append(length: number): void {
    this.claimed = false
    this.frames[2 * this.count] = this.end
    this.frames[2 * this.count + 1] = length
    this.count++
    this.end = (this.end + length + LINE - 1) & ~(LINE - 1)
  }

  fill(fn: BatchWriter, length: number, index: number, limit: number, filler: FrameFiller): boolean {
    const { bytes } = this
    let at = index
    let total = 0
    try {
      do {
        const answer = fn(bytes, this.end, length, at)
        const used = answer === undefined ? length : filler.lengthOf(answer, length)
        if (used < 0 || filler.writingOver) return false
        this.append(used)
        at++
        total += used
      } while (at < limit && this.claim(length) >= 0)
      return true
    } finally {
      filler.countWritten(at - index, total)
    }
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
    if (!this.claimed) this.end = 0
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
