/**
 * One end of a `mem:` stream. With reader.ts this is the model for a driver's stream: the hot methods written out, the rest left
 * to core.
 *
 * Committed messages stand in the peer's queue at once (nothing is corked, so `tryFlush` is always done). Claim and lease are
 * the same memory, so a message that is written in place and read in place is never copied.
 */
import { CamioError, Counter, Interest, KeepAlive, type Stream, type StreamInit, WRITE } from '@camio/core/spi'
import type { Queue } from './queue.js'
import { MemReader } from './reader.js'
import type { Segment } from './segment.js'

/** Every `mem:` stream of this thread: they hand messages over to each other. */
export const REGION = {}

const NONE = -1

export interface Ends {
  readonly incoming: Queue
  readonly outgoing: Queue
}

export class MemStream extends MemReader {
  override readonly region = REGION
  readonly maxClaim: number
  /** The other end. Set once, when both exist. */
  peer: MemStream | null = null

  private readonly outgoing: Queue
  private readonly watching = new KeepAlive()
  /** Where the claim that is out lies, and how long it is. */
  private claim: Segment | null = null
  private claimed = 0
  /** `writable()` waits for room for so much: the length that was refused last, or one byte. */
  private mark = 1

  /** @param maxClaim what the outgoing queue can hold, at most */
  constructor(init: StreamInit, ends: Ends, maxClaim: number) {
    super(init, ends.incoming)
    this.outgoing = ends.outgoing
    this.maxClaim = maxClaim
  }

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset === NONE ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number): number {
    this.checkWrite(length)
    if (!this.outgoing.fits(length)) return this.refuse(length)
    const segment = this.outgoing.room(length)
    this.claim = segment
    this.claimed = length
    this.claimBytes = segment.bytes
    return segment.used
  }

  commit(length = this.claimed): void {
    const { claim } = this
    if (claim === null) {
      this.checkClaim('commit')
      return
    }
    if (length >>> 0 !== length || length > this.claimed) {
      throw this.misuse('ERR_CAMIO_MISUSE', `claimed ${this.claimed} bytes: ${length} cannot be committed`)
    }
    this.claim = null
    this.outgoing.push(claim, length)
    this.sent(length)
    // The reader went while the claim was out.
    if (this.outgoing.abandoned) this.reset()
  }

  cancel(): void {
    if (this.claim === null) this.checkClaim('cancel')
    this.claim?.letGo()
    this.claim = null
  }

  /** Without a claim: nothing to say on a closed stream, a mistake otherwise. */
  private checkClaim(what: string): void {
    if (!this.closed) throw this.misuse('ERR_CAMIO_MISUSE', `has no claim to ${what}`)
  }

  tryFlush(): boolean {
    this.checkFlush()
    return true
  }

  private checkWrite(length: number): void {
    this.checkWritable()
    if (this.claim !== null) {
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before the next one')
    }
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    if (this.outgoing.abandoned) throw this.broken()
  }

  private refuse(length: number): -1 {
    this.mark = length
    this.stats.counters[WRITE + Counter.backpressure]! += 1
    return NONE
  }

  private sent(length: number): void {
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    this.mark = 1
    // A call each message: it costs next to nothing while nobody waits.
    this.peer!.wake(Interest.READ)
  }

  /** Nobody reads what this end writes any more. */
  private broken(): CamioError {
    this.reset()
    return this.tell(this.error!)
  }

  private reset(): void {
    this.fail(new CamioError('ERR_CAMIO_RESET', `${this.uri}: the other end closed the stream`, { uri: this.uri }))
  }

  // ---------------------------------------------------------------------------------------------------- hand-over

  override handOver(): void {
    this.lent = 0
    this.incoming.take()
    this.released()
  }

  override adopt(source: Stream): boolean {
    const from = source as MemStream
    const { segment, offset, length } = from.incoming.at(0)
    this.checkWrite(length)
    if (!this.outgoing.fits(length)) {
      this.refuse(length)
      return false
    }
    this.outgoing.append(segment!, offset, length)
    from.handOver()
    this.sent(length)
    return true
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.lent === 0 && (this.incoming.count > 0 || this.incoming.ended)
    if (interest === Interest.WRITE) {
      return this.writeForbidden || this.outgoing.abandoned || this.outgoing.fits(this.mark)
    }
    return true
  }

  /**
   * From now on the peer's `commit` and `release` wake this end. In one thread nothing can have happened between core's look at
   * `ready` and here; a transport with another thread or process behind it looks once more, now that the watch is in place.
   */
  arm(interest: number): boolean {
    this.watching.add(interest)
    if (interest === Interest.READ) this.incoming.relax()
    return false
  }

  disarm(interest: number): void {
    this.watching.remove(interest)
  }

  /** Whoever wakes us - the peer, or core because the stream broke or closed - ends the watch. */
  override wake(interest: number): void {
    if (this.watching.remove(interest)) super.wake(interest)
  }

  /** Messages were freed: the peer may have room for what it was refused, and we may read the next one. */
  protected released(): void {
    const peer = this.peer!
    if (this.incoming.fits(peer.mark)) peer.wake(Interest.WRITE)
    if (this.ready(Interest.READ)) this.wake(Interest.READ)
  }

  ref(): this {
    this.watching.ref()
    return this
  }

  unref(): this {
    this.watching.unref()
    return this
  }

  // ---------------------------------------------------------------------------------------------------- the end

  protected endWrite(): void {
    this.outgoing.ended = true
    this.peer!.wake(Interest.READ)
  }

  protected destroy(discard: boolean): void {
    const peer = this.peer!
    const unread = this.incoming.count - this.lent
    // The program may still look at its lease and its claim: that memory goes to the garbage collector, never back to the pool.
    for (; this.lent > 0; this.lent--) this.incoming.take()
    this.claim = null
    this.incoming.abandon()
    this.outgoing.ended = true
    // What the peer wrote and nobody read is lost: it must not take that for delivered.
    if (discard || unread > 0) peer.reset()
    peer.wake(Interest.READ)
    peer.wake(Interest.WRITE)
  }
}
