/**
 * The read half of a byte stream: one contiguous window on what was received and not yet consumed.
 *
 *     bytes: [ free | start ... examined ... end | room ]
 *
 * Bytes before `examined` were lent before: they are offered again only with something new behind them.
 */
import { pool } from './pool.js'

/** A rest smaller than this is moved to the front rather than leaving a smaller room behind it. */
const CHEAP_MOVE = 4096

export class ReadWindow {
  bytes: Uint8Array | null = null
  start = 0
  examined = 0
  end = 0
  /** Is `bytes` a block of the pool, to be given back, or somebody else's memory? */
  private owned = false

  /** @param chunk how many bytes a window has at first */
  constructor(private readonly chunk: number) {}

  get length(): number {
    return this.end - this.start
  }

  /** Is there anything that was not lent before? */
  get fresh(): boolean {
    return this.end > this.examined
  }

  /** Bytes that fit behind `end` while the window stays within `limit`. */
  room(limit: number): number {
    return Math.min(this.bytes!.length - this.end, limit - this.length)
  }

  /**
   * Makes room behind `end`. Moves or grows only when it must.
   * @returns how many pieces of payload were copied (0 or 1), or -1 when the window is full at `limit`
   */
  makeRoom(limit: number): number {
    if (this.bytes === null) {
      this.bytes = pool.acquire(Math.min(this.chunk, limit))
      this.owned = true
      return 0
    }
    const { bytes, length } = this
    if (length === 0) {
      this.start = this.examined = this.end = 0
      return 0
    }
    if (length >= limit) return -1
    if (!this.owned) return this.moveTo(pool.acquire(Math.max(this.chunk, length * 2)))
    const room = bytes.length - this.end
    if (room >= bytes.length >> 2 || (room > 0 && this.start < length && room >= CHEAP_MOVE)) return 0
    if (this.start > 0 && length <= bytes.length >> 1) return this.moveTo(bytes)
    if (bytes.length < limit) return this.moveTo(pool.acquire(Math.min(bytes.length * 2, limit)))
    return this.start > 0 ? this.moveTo(bytes) : 0
  }

  /** Takes note of `count` bytes that were written behind `end`. */
  filled(count: number): void {
    this.end += count
  }

  /** Looks at `bytes[start, end)` of somebody else's memory. Nothing may be left over. */
  borrow(bytes: Uint8Array, start: number, end: number): void {
    this.drop()
    this.bytes = bytes
    this.start = this.examined = start
    this.end = end
  }

  /** Uses a chunk that somebody else received: without a copy when nothing is left over. @returns the copies made */
  append(chunk: Uint8Array, limit: number): number {
    if (this.length === 0) {
      this.borrow(chunk, 0, chunk.length)
      return 0
    }
    const size = this.length + chunk.length
    if (size > limit) return -1
    let copies = 1
    if (!this.owned || this.bytes!.length - this.end < chunk.length) {
      copies += this.moveTo(pool.acquire(Math.max(size, this.length * 2)))
    }
    this.bytes!.set(chunk, this.end)
    this.end += chunk.length
    return copies
  }

  /** Consumes `count` bytes; what is left counts as examined. */
  consume(count: number): void {
    this.start += count
    this.examined = this.end
  }

  /** Consumes `count` bytes that were not lent. */
  skip(count: number): void {
    this.start += count
    this.examined = Math.max(this.examined, this.start)
  }

  /** Gives the memory back when nothing is in it. */
  shrink(): void {
    if (this.bytes !== null && this.start === this.end) this.drop()
  }

  /** Moves what is held out of somebody else's memory. @returns the copies made */
  detach(): number {
    if (this.owned || this.bytes === null) return 0
    if (this.length > 0) return this.moveTo(pool.acquire(Math.max(this.chunk, this.length * 2)))
    this.drop()
    return 0
  }

  /** Forgets everything; memory of the pool goes back there. */
  drop(): void {
    const { bytes, owned } = this
    this.forget()
    if (bytes !== null && owned) pool.release(bytes)
  }

  /** Lets go of the memory without giving it to the pool: somebody may still look at it. */
  forget(): void {
    this.bytes = null
    this.owned = false
    this.start = this.examined = this.end = 0
  }

  /** Moves what is held to the front of `target`, a block of the pool. */
  private moveTo(target: Uint8Array): number {
    const { bytes, owned, length } = this
    if (target === bytes) target.copyWithin(0, this.start, this.end)
    else target.set(bytes!.subarray(this.start, this.end))
    if (owned && target !== bytes) pool.release(bytes!)
    this.bytes = target
    this.owned = true
    this.examined -= this.start
    this.start = 0
    this.end = length
    return length > 0 ? 1 : 0
  }
}
