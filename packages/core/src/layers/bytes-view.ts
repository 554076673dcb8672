/**
 * Bytes on a reliable, ordered message stream (`framing=bytes`): each message is lent where it lies; only a rest that straddles
 * two messages is joined, which is counted.
 */
import { ReadWindow } from '../bytes/read-window.js'
import { features } from '../features.js'
import { Interest } from '../source.js'
import { Counter, WRITE } from '../stats.js'
import type { Stream, StreamInit } from '../stream.js'
import { Layer } from './layer.js'

const NONE = -1

export class BytesView extends Layer {
  readonly maxClaim: number
  private readonly window = new ReadWindow(4096)
  /** Does the window look at a lease of the message stream? */
  private holding = false
  private lent = NONE

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>) {
    super(inner, init, features({ ...inner.features, framing: 'bytes', mtu: Infinity, seekable: false }))
    this.maxClaim = Math.min(inner.maxClaim, init.limits.maxMessage)
  }

  // ---------------------------------------------------------------------------------------------------- reading

  tryRead(): Uint8Array | null {
    this.checkReadable()
    if (this.lent !== NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    if (!this.offers() && !this.refill()) return null
    const { window } = this
    this.lent = window.length
    this.stats.counters[Counter.messages]! += 1
    return window.bytes!.subarray(window.start, window.end)
  }

  release(consumed = this.lent): boolean {
    if (this.closed) return true
    if (this.lent === NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    if (!(consumed >= 0 && consumed <= this.lent)) {
      throw this.misuse('ERR_CAMIO_MISUSE', `lent ${this.lent} bytes: ${consumed} cannot be released`)
    }
    this.lent = NONE
    this.window.consume(consumed)
    this.stats.counters[Counter.bytes]! += consumed
    return this.window.length > 0 || this.letGo()
  }

  get ended(): boolean {
    return this.window.length === 0 && this.inner.ended
  }

  protected holds(interest: number): boolean | null {
    if (interest !== Interest.READ) return null
    if (this.lent !== NONE) return false
    try {
      return this.offers() || this.refill() || this.inner.ended
    } catch {
      return true
    }
  }

  private offers(): boolean {
    return this.window.fresh || (this.window.length > 0 && !this.holding && this.inner.ended)
  }

  private refill(): boolean {
    this.makeDetached()
    for (;;) {
      const message = this.inner.tryRead()
      if (message === null) return this.window.length > 0 && this.inner.ended
      if (message.length > 0) return this.take(message)
      this.inner.release()
    }
  }

  /** A rest must leave the message that it is part of before the next message can be lent. */
  private makeDetached(): void {
    if (!this.holding) return
    this.stats.counters[Counter.copies]! += this.window.detach()
    this.letGo()
  }

  private take(message: Uint8Array): boolean {
    const copies = this.window.append(message, this.limits.maxLease)
    if (copies === 0) {
      this.holding = true
      return true
    }
    this.inner.release()
    if (copies < 0) {
      const error = this.tooLarge(this.window.length + message.length, this.limits.maxLease, 'a lease (max-lease)')
      this.fail(error)
      throw this.tell(error)
    }
    this.stats.counters[Counter.copies]! += copies
    return true
  }

  /** Gives the message back that the window looked at. */
  private letGo(): boolean {
    if (!this.holding) return true
    this.holding = false
    this.window.shrink()
    return this.inner.release()
  }

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number): Uint8Array | null {
    this.checkWritable()
    if (length > this.maxClaim) throw this.tooLarge(length, this.maxClaim, 'a claim')
    return this.inner.tryClaim(length)
  }

  override tryClaimAt(length: number): number {
    this.checkWritable()
    if (length > this.maxClaim) throw this.tooLarge(length, this.maxClaim, 'a claim')
    const offset = this.inner.tryClaimAt(length)
    this.claimBytes = this.inner.claimBytes
    return offset
  }

  /** Nothing is no message here: on a byte stream `commit(0)` is nothing. */
  commit(length?: number, more = false): void {
    if (length === 0) {
      this.inner.cancel()
      return
    }
    const before = this.inner.stats.write.bytes
    this.inner.commit(length, more)
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += this.inner.stats.write.bytes - before
  }

  cancel(): void {
    this.inner.cancel()
  }
}
