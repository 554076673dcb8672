/**
 * Memory for messages, cut from blocks. A block is never used twice: whoever still looks at an old message sees that message, and the
 * garbage collector does the rest.
 */

/** An idle stream holds two of these at most. */
const BLOCK = 16 * 1024

/** From here on a message has a block of its own. */
export const LARGE = BLOCK / 2

export class Slab {
  /** What `room` answered points into it. */
  bytes = new Uint8Array(0)
  private used = 0

  /** @returns the offset in `bytes` of room for `length` bytes, which stays free until it is taken */
  room(length: number): number {
    if (this.bytes.length - this.used < length) {
      this.bytes = new Uint8Array(Buffer.allocUnsafeSlow(length >= LARGE ? length : BLOCK).buffer)
      this.used = 0
    }
    return this.used
  }

  /** @returns the first `length` bytes of the room that was given last */
  take(length: number): Uint8Array {
    const from = this.used
    this.used += length
    return this.bytes.subarray(from, this.used)
  }

  /** @returns a copy of `message` */
  keep(message: Uint8Array): Uint8Array {
    const offset = this.room(message.length)
    this.bytes.set(message, offset)
    return this.take(message.length)
  }
}
