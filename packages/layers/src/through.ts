/**
 * A layer through which everything passes as it is: leases and claims are the inner stream's own memory. What is made of it - a
 * recording, a copy elsewhere, a limit - is told what passes, and may say "not now".
 */
import {
  type Address,
  type BatchHandler,
  type CamioError,
  Counter,
  type Features,
  Interest,
  Layer,
  type Stream,
  type StreamInit,
  WRITE,
} from '@camio/core/spi'

const NONE = -1

export abstract class Through extends Layer {
  readonly maxClaim: number
  protected readonly isBytes: boolean
  /** The length of the lease that is out. */
  private lent = NONE
  /** Bytes at the front of a byte stream's next lease that were lent before, and not consumed. */
  private seen = 0
  /** The claim that is out: `claimBytes[claimOffset, claimOffset + claimed)`. */
  private claimed = NONE
  private claimOffset = 0
  protected claimTo: Address | undefined
  /** Interests that wait for the gate and not for the inner stream, as bits. */
  private gated = 0
  private batchFn: BatchHandler | null = null

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>, features: Features) {
    super(inner, init, features)
    this.maxClaim = inner.maxClaim
    this.isBytes = features.framing === 'bytes'
  }

  // ---------------------------------------------------------------------------------------------------- for subclasses

  /** `bytes[from, to)` are lent to the program for the first time: a message, or what is new of a byte stream. */
  protected abstract onRead(bytes: Uint8Array, from: number, to: number): void
  /** `bytes[from, to)` are about to be committed. */
  protected abstract onWrite(bytes: Uint8Array, from: number, to: number): void
  /** Must `interest` wait, whatever the inner stream says? */
  protected shut(_interest: number): boolean {
    return false
  }
  /** Calls `opened(interest)` when it is worth another look; called while it is shut. */
  protected awaitGate(_interest: number): void {}
  protected leaveGate(_interest: number): void {}

  protected opened(interest: number): void {
    if ((this.gated & interest) === 0) return
    this.gated &= ~interest
    this.notify(this, interest)
  }

  // ---------------------------------------------------------------------------------------------------- reading

  tryRead(): Uint8Array | null {
    if (this.blocksRead()) return null
    const lease = this.inner.tryRead()
    if (lease === null) return null
    this.lent = lease.length
    this.stats.counters[Counter.messages]! += 1
    if (!this.isBytes) this.stats.counters[Counter.bytes]! += lease.length
    if (lease.length > this.seen || !this.isBytes) this.onRead(lease, this.seen, lease.length)
    return lease
  }

  /** @throws what `tryRead` throws on this layer's own account; what the inner stream throws it says itself */
  private blocksRead(): boolean {
    if (this.noRead) this.checkReadable()
    if (this.error !== null) throw this.tell(this.error)
    return this.lent === NONE && this.shut(Interest.READ)
  }

  release(consumed?: number): boolean {
    const intact = this.inner.release(consumed)
    const { lent } = this
    if (lent === NONE) return intact
    this.lent = NONE
    if (this.isBytes) {
      const count = consumed ?? lent
      this.stats.counters[Counter.bytes]! += count
      this.seen = lent - count
    }
    return intact
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    if (this.blocksRead()) return 0
    const outer = this.batchFn
    this.batchFn = fn
    try {
      return this.inner.readBatch(this.handOut, limit)
    } finally {
      this.batchFn = outer
    }
  }

  /** One for all batches. */
  private readonly handOut: BatchHandler = (bytes, offset, length) => {
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += length
    const { seen } = this
    this.seen = 0
    if (length > seen || !this.isBytes) this.onRead(bytes, offset + seen, offset + length)
    if (this.batchFn!(bytes, offset, length) === false) return false
    return this.closed || this.error !== null || this.shut(Interest.READ) ? false : undefined
  }

  override tryReadBatch(limit?: number): Uint8Array[] | null {
    if (this.isBytes) return super.tryReadBatch(limit)
    if (this.blocksRead()) return null
    const batch = this.inner.tryReadBatch(limit)
    if (batch === null) return null
    this.lent = 0
    const { counters } = this.stats
    counters[Counter.messages]! += batch.length
    for (const message of batch) {
      counters[Counter.bytes]! += message.length
      this.onRead(message, 0, message.length)
    }
    return batch
  }

  get ended(): boolean {
    return this.error === null && this.inner.ended
  }

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number, to?: Address): Uint8Array | null {
    if (this.blocksWrite(length)) return null
    const claim = this.inner.tryClaim(length, to)
    if (claim === null) return null
    this.claimBytes = claim
    this.granted(length, 0, to)
    return claim
  }

  override tryClaimAt(length: number, to?: Address): number {
    if (this.blocksWrite(length)) return NONE
    const offset = this.inner.tryClaimAt(length, to)
    if (offset < 0) return NONE
    this.claimBytes = this.inner.claimBytes
    this.granted(length, offset, to)
    return offset
  }

  private blocksWrite(length: number): boolean {
    if (this.noWrite) this.checkWritable()
    // A claim that is out, or what broke it, is told by the inner stream.
    if (this.claimed !== NONE || this.inner.error !== null || !this.shut(Interest.WRITE)) return false
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    this.stats.counters[WRITE + Counter.backpressure]! += 1
    return true
  }

  private granted(length: number, offset: number, to: Address | undefined): void {
    this.claimed = length
    this.claimOffset = offset
    this.claimTo = to
  }

  commit(length = this.claimed, more = false): void {
    const { claimed, claimOffset, inner } = this
    // The inner stream says what is wrong; a claim that is out stays out.
    if (claimed === NONE || inner.closed || length >>> 0 !== length || length > claimed) {
      inner.commit(claimed === NONE ? undefined : length, more)
      return
    }
    this.claimed = NONE
    if (length > 0 || !this.isBytes) this.count(length, claimOffset)
    inner.commit(length, more)
  }

  private count(length: number, offset: number): void {
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    this.onWrite(this.claimBytes, offset, offset + length)
  }

  cancel(): void {
    this.claimed = NONE
    this.inner.cancel()
  }

  override tryFlush(): boolean {
    this.checkFlush()
    return this.inner.tryFlush()
  }

  override get position(): number {
    return this.inner.position
  }
  override seek(position: number): void {
    this.inner.seek(position)
    this.seen = 0
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  protected holds(interest: number): boolean | null {
    if (interest === Interest.READ && this.lent !== NONE) return null
    if (!this.shut(interest)) return null
    if (interest === Interest.READ) return this.inner.ended
    return interest === Interest.WRITE && (this.writeForbidden || this.inner.error !== null)
  }

  override arm(interest: number): boolean {
    if (!this.shut(interest)) return super.arm(interest)
    this.gated |= interest
    this.awaitGate(interest)
    return false
  }

  override disarm(interest: number): void {
    if ((this.gated & interest) === 0) {
      super.disarm(interest)
      return
    }
    this.gated &= ~interest
    this.leaveGate(interest)
  }

  /** For the end of `destroy`: what broke the layer's own side, and no call has told the program. @throws `failure` */
  protected tellLast(failure: CamioError | null, discard: boolean): void {
    if (failure !== null && !discard && !this.errorSeen) throw this.tell(failure)
  }

  protected override async destroy(discard: boolean): Promise<void> {
    for (const interest of [Interest.READ, Interest.WRITE, Interest.DRAIN]) {
      if (this.gated & interest) this.disarm(interest)
    }
    await super.destroy(discard)
  }
}
