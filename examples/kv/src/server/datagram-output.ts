/** The answers to one datagram, which leave in one datagram, or as one error that says why not. */
import type { Stream } from '@camio/core'
import { ReplyWriter } from '../resp/reply-writer.js'

const FIRST = 4 * 1024

export class DatagramOutput extends ReplyWriter {
  /** Bytes that were not even encoded, because they could not fit. */
  private over = 0

  constructor(private readonly stream: Stream) {
    super()
    this.bytes = new Uint8Array(Math.min(FIRST, stream.maxClaim))
    this.end = this.bytes.length
  }

  protected makeRoom(length: number): void {
    const needed = this.at + length
    if (needed > this.stream.maxClaim * 2) {
      // It is lost anyway: go on counting, in the same memory.
      this.over += this.at
      this.at = 0
      if (length <= this.end) return
    }
    const grown = new Uint8Array(Math.max(this.end * 2, this.at + length))
    grown.set(this.bytes.subarray(0, this.at))
    this.bytes = grown
    this.end = grown.length
  }

  protected large(value: Uint8Array): void {
    if (this.at + value.length > this.stream.maxClaim) {
      this.over += value.length
      return
    }
    this.makeRoom(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  /** The answers so far, in memory that the next ones use again. */
  take(): Uint8Array {
    const total = this.over + this.at
    if (total > this.stream.maxClaim) {
      this.over = 0
      this.at = 0
      this.error(`ERR the answer of ${total} bytes does not fit a datagram of ${this.stream.maxClaim}`)
    }
    const answer = this.bytes.subarray(0, this.at)
    this.at = 0
    return answer
  }
}
