/**
 * Bytes on a reliable, ordered message stream (`framing=bytes`): each message is lent where it lies; only a rest that straddles
 * two messages is joined, which is counted.
 */
import { ReadWindow } from '../bytes/read-window.js'
import { features } from '../features.js'
import { Interest } from '../source.js'
import { Counter, WRITE } from '../stats.js'
import type { LeasePlace, Stream, StreamInit } from '../stream.js'
import { Layer } from './layer.js'

const NONE = -1

export class BytesView extends Layer {
  readonly maxClaim: number
  private readonly window = new ReadWindow(4096)
  /** Does the window look at a lease of the message stream? */
  private holding = false
  private lent = NONE
  /** Bytes of the claim that is out. */
  private claimed = 0

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>) {
    super(inner, init, features({ ...inner.features, framing: 'bytes', mtu: Infinity, seekable: false }))
    this.maxClaim = Math.min(inner.maxClaim, init.limits.maxMessage)
  }

  // ---------------------------------------------------------------------------------------------------- reading

  tryRead(): Uint8Array | null {
    if (!this.lend()) return null
    const { window } = this
    return window.bytes!.subarray(window.start, window.end)
  }

  override tryReadPlace(): LeasePlace | null {
    return this.lend() ? this.window : null
  }

  /** @returns whether the window, which is a place, is lent */
  private lend(): boolean {
    this.checkReadable()
    if (this.lent !== NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    if (!this.offers() && !this.refill()) return false
    this.lent = this.window.length
    this.stats.counters[Counter.messages]! += 1
    return true
  }

  release(consumed = this.lent): boolean {
    if (!this.checkRelease(this.lent, consumed)) return true
    this.lent = NONE
    if (this.closed) return true
    this.window.consume(consumed)
    this.stats.counters[Counter.bytes]! += consumed
    if (this.window.length === 0) this.letGo()
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
    return true
  }

  get ended(): boolean {
    return this.window.length === 0 && this.inner.ended
  }

  protected holds(interest: number): boolean | null {
    if (interest !== Interest.READ) return null
    return this.lent === NONE && (this.offers() || this.refill() || this.inner.ended)
  }

  private offers(): boolean {
    return this.window.fresh || (this.window.length > 0 && !this.holding && this.inner.ended)
  }

  private refill(): boolean {
    if (this.error !== null) throw this.tell(this.error)
    this.makeDetached()
    for (;;) {
      const message = this.inner.tryReadPlace()
      if (message === null) return this.window.length > 0 && this.inner.ended
      if (message.end > message.start) return this.take(message)
      this.inner.release()
    }
  }

  /** A rest must leave the message that it is part of before the next message can be lent. */
  private makeDetached(): void {
    if (!this.holding) return
    this.stats.counters[Counter.copies]! += this.window.detach()
    this.holding = false
    this.inner.release()
  }

  private take({ bytes, start, end }: LeasePlace): boolean {
    if (this.window.length === 0) {
      this.window.borrow(bytes!, start, end)
      this.holding = true
      return true
    }
    const copies = this.window.append(bytes!.subarray(start, end), this.limits.maxLease)
    this.inner.release()
    if (copies < 0) {
      const error = this.tooLarge(this.window.length + end - start, this.limits.maxLease, 'a lease (max-lease)')
      this.fail(error)
      throw this.tell(error)
    }
    this.stats.counters[Counter.copies]! += copies
    return true
  }

  /** Gives back the message, or the memory, that the window looked at. */
  private letGo(): void {
    this.window.shrink()
    if (!this.holding) return
    this.holding = false
    this.inner.release()
  }

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number): Uint8Array | null {
    this.checkClaim(length)
    const claim = this.inner.tryClaim(length)
    if (claim !== null) this.claimed = length
    return claim
  }

  override tryClaimAt(length: number): number {
    this.checkClaim(length)
    const offset = this.inner.tryClaimAt(length)
    if (offset < 0) return offset
    this.claimed = length
    this.claimBytes = this.inner.claimBytes
    return offset
  }

  private checkClaim(length: number): void {
    this.checkWritable()
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
  }

  /** Nothing is no message here: on a byte stream `commit(0)` is nothing. */
  commit(length = this.claimed, more = false): void {
    if (length === 0) {
      this.inner.cancel()
      return
    }
    this.inner.commit(length, more)
    if (this.closed) return
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
  }

  cancel(): void {
    this.inner.cancel()
  }

  protected override async destroy(discard: boolean): Promise<void> {
    await super.destroy(discard)
    if (this.lent === NONE) this.window.drop()
    else this.window.forget()
  }
}
