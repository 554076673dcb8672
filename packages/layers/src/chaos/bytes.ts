/** `chaos=` on a byte stream: what comes is late, comes in parts, and may end early. No byte is lost or moved before that. */
import { Counter, features, Interest, type Stream, type StreamInit } from '@camio/core/spi'
import { Chaotic } from './chaotic.js'
import type { Chaos } from './parse.js'

const NONE = -1

export class ChaoticBytes extends Chaotic {
  /** The inner stream's lease: `[0, at)` is consumed, `[shown, ...)` was never lent. */
  private lease: Uint8Array | null = null
  private at = 0
  private shown = 0
  /** Bytes at the front of the inner stream's next lease that were lent already. */
  private rest = 0
  /** Bytes that were lent, each counted once. */
  private total = 0
  private lent = NONE
  /** When those that were not lent yet may be. */
  private dueAt = 0

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>, chaos: Chaos, seed: number) {
    super(inner, init, features({ ...inner.features, seekable: false }), chaos, seed)
  }

  tryRead(): Uint8Array | null {
    if (this.noRead) this.checkReadable()
    if (this.lent !== NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    if (!this.offers()) return null
    const lease = this.lease!
    this.show(lease.length)
    this.lent = this.shown - this.at
    this.stats.counters[Counter.messages]! += 1
    return lease.subarray(this.at, this.shown)
  }

  /** More of the lease may be seen, all of it or a part. */
  private show(length: number): void {
    const part = this.partOf(length - this.shown)
    this.shown += part
    this.total += part
    if (this.shown < length) this.delay()
  }

  /** How many of so many new bytes are lent. */
  private partOf(fresh: number): number {
    const { chaos, random, total } = this
    const allowed = Math.min(fresh, chaos.halfClose - total)
    if (total < chaos.after || allowed < 2 || random.next() >= chaos.partial) return allowed
    return 1 + random.below(allowed - 1)
  }

  private delay(): void {
    this.dueAt = this.chaos.delayTo > 0 && this.total >= this.chaos.after ? performance.now() + this.drawDelay() : 0
  }

  release(consumed = this.lent): boolean {
    if (!this.checkRelease(this.lent, consumed)) return true
    this.lent = NONE
    if (this.closed) return true
    this.stats.counters[Counter.bytes]! += consumed
    this.at += consumed
    if (!this.cut && this.shown === this.lease!.length) this.giveBack()
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
    return true
  }

  /** All was lent: what was not consumed comes again with more behind it. */
  private giveBack(): void {
    const { at } = this
    this.rest = this.lease!.length - at
    this.lease = null
    this.at = this.shown = 0
    this.inner.release(at)
  }

  /** Is the end read by now, although more may have come? */
  private get cut(): boolean {
    return this.total >= this.chaos.halfClose
  }

  get ended(): boolean {
    if (this.lent !== NONE || this.error !== null) return false
    return this.cut ? this.at === this.shown : this.lease === null && this.inner.ended
  }

  /** Is there something that may be lent now? A rest that nothing will follow is offered again. @throws the stream's error */
  private offers(): boolean {
    if (this.cut) return this.at < this.shown
    if (this.lease === null && !this.take()) return false
    return this.shown === this.lease!.length || this.dueAt <= performance.now()
  }

  private take(): boolean {
    const lease = this.inner.tryRead()
    if (lease === null) return false
    this.lease = lease
    this.at = 0
    this.shown = this.rest
    this.delay()
    return true
  }

  protected holds(interest: number): boolean | null {
    if (interest !== Interest.READ) return null
    return this.lent === NONE && (this.offers() || this.ended)
  }

  protected wait(): number | null {
    if (this.lent !== NONE || this.lease === null || this.cut) return null
    return Math.max(0, this.dueAt - performance.now())
  }

  protected get looksAway(): boolean {
    return this.lease !== null
  }
}
