/**
 * `fragment=`: messages that are larger than the transport's. The writing half: a message that fits into one fragment is written in place,
 * behind its header; a larger one gets memory of its own, and goes in pieces as the transport takes them.
 */
import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  type Address,
  Counter,
  Interest,
  isCamioError,
  pool,
  type Stream,
  type StreamInit,
  type Waiter,
  WRITE,
} from '@camio/core/spi'
import { fragmentedFeatures, mostOf } from './features.js'
import { countOf, type Fragment, HEADER, pieceAt, writeHeader } from './format.js'
import type { Fragmenting } from './parse.js'
import { FragmentReader } from './reading.js'

const NONE = -1

export class Fragmented extends FragmentReader {
  readonly maxClaim: number
  private readonly piece: number
  /** The claim that is out; where it lies in the transport's memory, `null` means its own. */
  private claimed = NONE
  private claimOffset = 0
  private own: Uint8Array | null = null
  private to: Address | undefined
  /** The message whose pieces are going out: `sent` of them have. */
  private sending: Uint8Array | null = null
  private readonly outgoing: Fragment
  /** Sees that the transport takes more, for whoever flushes. */
  private readonly drainWaiter: Waiter = { notify: () => this.drainable() }
  private watchesDrain = false

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>, asked: Fragmenting) {
    const most = mostOf(init.limits, asked)
    const { size, timeout, memory = 2 * most } = asked
    super(inner, init, fragmentedFeatures(inner.features, most), most, { timeout, memory })
    this.piece = Math.min(size, inner.features.writable ? inner.maxClaim : size) - HEADER
    this.maxClaim = most
    this.outgoing = { number: randomInt(2 ** 32), length: 0, piece: this.piece, index: 0, crc: 0 }
  }

  tryClaim(length: number, to?: Address): Uint8Array | null {
    const offset = this.tryClaimAt(length, to)
    return offset < 0 ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number, to?: Address): number {
    if (this.noWrite) this.checkWritable()
    if (this.claimed !== NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it first')
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    if (!this.pump()) return this.refuse()
    return length <= this.piece ? this.claimInPlace(length, to) : this.claimOwn(length, to)
  }

  private refuse(): -1 {
    this.stats.counters[WRITE + Counter.backpressure]! += 1
    return NONE
  }

  private claimInPlace(length: number, to: Address | undefined): number {
    const offset = this.inner.tryClaimAt(HEADER + length, to)
    if (offset < 0) return NONE
    this.claimBytes = this.inner.claimBytes
    this.claimed = length
    return (this.claimOffset = offset + HEADER)
  }

  private claimOwn(length: number, to: Address | undefined): number {
    this.claimBytes = this.own = pool.acquire(length)
    // It has to be asked for no room yet, and would be silent about what broke it.
    const { error } = this.inner
    if (error !== null) throw this.tell(error)
    // The address may be one that the stream uses again for the next message.
    this.to = to && { host: to.host, port: to.port }
    this.claimed = length
    return (this.claimOffset = 0)
  }

  commit(length = this.claimed, more = false): void {
    const { claimed, own, claimBytes: bytes, claimOffset: from, outgoing: header } = this
    if (claimed === NONE || length >>> 0 !== length || length > claimed) {
      if (claimed === NONE && this.closed) return
      throw this.misuse(
        'ERR_CAMIO_MISUSE',
        claimed === NONE ? 'has no claim to commit' : `claimed ${claimed} bytes: ${length} cannot be committed`,
      )
    }
    this.claimed = NONE
    this.own = null
    header.number = (header.number + 1) >>> 0
    header.length = length
    header.index = 0
    header.crc = crc32(bytes.subarray(from, from + length))
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    if (own === null) {
      writeHeader(bytes, from - HEADER, header)
      this.inner.commit(HEADER + length, more)
    } else {
      this.send(own)
    }
  }

  private send(message: Uint8Array): void {
    // Every byte is moved once, whatever the number of pieces.
    this.stats.counters[WRITE + Counter.copies]! += 1
    this.sending = message
    try {
      this.pump()
    } catch (error) {
      // The next call throws it.
      if (!isCamioError(error)) throw error
      this.inner.wasTold(false)
    }
    if (this.sending !== null) this.scheduleFlush()
  }

  /** Sends pieces while the transport takes them. @returns whether none is left @throws the stream's error */
  private pump(): boolean {
    const { outgoing: header, piece, inner } = this
    while (this.sending !== null) {
      const length = pieceAt(header.length, piece, header.index)
      const offset = inner.tryClaimAt(HEADER + length, this.to)
      if (offset < 0) return false
      const from = header.index * piece
      writeHeader(inner.claimBytes, offset, header)
      inner.claimBytes.set(this.sending.subarray(from, from + length), offset + HEADER)
      header.index++
      const last = header.index === countOf(header.length, piece)
      inner.commit(HEADER + length, !last)
      if (last) this.sent()
    }
    return true
  }

  private sent(): void {
    pool.release(this.sending!)
    this.sending = null
    this.scheduleFlush()
  }

  cancel(): void {
    if (this.claimed === NONE) {
      if (this.closed) return
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
    }
    this.claimed = NONE
    if (this.own === null) this.inner.cancel()
    else pool.release(this.own)
    this.own = null
  }

  override tryFlush(): boolean {
    this.checkFlush()
    return this.pump() && this.inner.tryFlush()
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  protected override holds(interest: number): boolean | null {
    if (interest === Interest.READ || this.sending === null) return super.holds(interest)
    // To send the rest takes room; whether there is any is asked by `pump`, which leaves its mark for waking.
    return this.pump() ? null : interest === Interest.WRITE && this.writeForbidden
  }

  override arm(interest: number): boolean {
    if (interest !== Interest.DRAIN || this.sending === null) return super.arm(interest)
    this.watchesDrain = !this.inner.watch(Interest.WRITE, this.drainWaiter)
    return !this.watchesDrain
  }

  override disarm(interest: number): void {
    if (interest !== Interest.DRAIN || !this.watchesDrain) {
      super.disarm(interest)
      return
    }
    this.watchesDrain = false
    this.inner.unwatch(Interest.WRITE, this.drainWaiter)
  }

  private drainable(): void {
    this.watchesDrain = false
    this.wake(Interest.DRAIN)
  }

  protected override async destroy(discard: boolean): Promise<void> {
    if (this.watchesDrain) this.disarm(Interest.DRAIN)
    // What the program may still look at goes to the garbage collector.
    this.own = this.sending = null
    await super.destroy(discard)
  }
}
