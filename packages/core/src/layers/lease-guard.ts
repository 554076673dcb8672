/**
 * `CAMIO_DEBUG=lease`: lends private copies and detaches them at release, so that a stale use fails at once. (A transport's own
 * memory can be neither detached nor poisoned: the peer uses it too.)
 */
import { Counter, WRITE } from '../stats.js'
import type { Address, Stream, StreamInit } from '../stream.js'
import { Layer } from './layer.js'

export class LeaseGuard extends Layer {
  /** Makes copies that `features.copies` does not tell. */
  readonly guards = true
  readonly maxClaim: number
  private lease: Uint8Array | null = null
  private claim: Uint8Array | null = null
  private innerOffset = 0

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>) {
    super(inner, init, inner.features)
    this.maxClaim = inner.maxClaim
  }

  tryRead(): Uint8Array | null {
    const lease = this.inner.tryRead()
    if (lease === null) return null
    this.lease = new Uint8Array(lease)
    this.stats.counters[Counter.copies]! += 1
    this.stats.counters[Counter.messages]! += 1
    return this.lease
  }

  release(consumed?: number): boolean {
    const intact = this.inner.release(consumed)
    const { lease } = this
    if (lease === null) return intact
    this.lease = null
    this.stats.counters[Counter.bytes]! += this.features.framing === 'bytes' ? (consumed ?? lease.length) : lease.length
    detach(lease)
    return intact
  }

  get ended(): boolean {
    return this.inner.ended
  }

  protected holds(): null {
    return null
  }

  tryClaim(length: number, to?: Address): Uint8Array | null {
    const offset = this.inner.tryClaimAt(length, to)
    if (offset < 0) return null
    this.claim = new Uint8Array(length)
    this.innerOffset = offset
    return this.claim
  }

  commit(length = this.claim?.length ?? 0, more = false): void {
    const { claim, inner } = this
    // The inner stream says what is wrong; a claim that is out stays out.
    if (claim === null || inner.closed || length >>> 0 !== length || length > claim.length) {
      inner.commit(length, more)
      return
    }
    this.claim = null
    inner.claimBytes.set(claim.subarray(0, length), this.innerOffset)
    if (length > 0 || this.features.framing === 'messages') this.countWrite(length)
    detach(claim)
    inner.commit(length, more)
  }

  private countWrite(length: number): void {
    const { counters } = this.stats
    counters[WRITE + Counter.copies]! += 1
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
  }

  cancel(): void {
    if (this.claim !== null) detach(this.claim)
    this.claim = null
    this.inner.cancel()
  }

  override get position(): number {
    return this.inner.position
  }
  override seek(position: number): void {
    this.inner.seek(position)
  }
}

/** Every later use of `bytes` sees length 0, or throws. */
function detach(bytes: Uint8Array): void {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })
}
