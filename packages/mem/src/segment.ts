/**
 * A block of the pool that neighbouring messages share. Whoever uses it holds it - the writer that fills it, and every message
 * that lies in it - and the last one to let go gives the block back. Messages may move to another queue (`pipe` hands them
 * over), which is why they are counted here and not by the queue.
 */
import { pool } from '@camio/core/spi'

export class Segment {
  readonly bytes: Uint8Array
  /** Bytes before this offset are taken by messages. */
  used = 0
  /** The writer, and one for each message. */
  private holds = 1

  constructor(size: number) {
    this.bytes = pool.acquire(size)
  }

  hold(): void {
    this.holds++
  }

  letGo(): void {
    this.holds--
    if (this.holds === 0) pool.release(this.bytes)
  }

  /** Writer: is there room for `length` bytes? Starts over when no message is left. */
  fits(length: number): boolean {
    if (this.holds === 1) this.used = 0
    return this.bytes.length - this.used >= length
  }
}
