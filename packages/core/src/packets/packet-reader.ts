/** The reading half of a stream of packets: leases and batches of them, where they lie. */
import { Interest } from '../source.js'
import { Counter } from '../stats.js'
import { type BatchHandler, type LeasePlace, Stream, type StreamInit } from '../stream.js'

/** A batch ends after about so many packets: a sender that never stops must not keep the event loop from its turn. */
const MOST = 16_384

/** What is lent. */
const LEASE = 1
const BATCHING = 2

const NOTHING = new Uint8Array(0)

/** @typeParam Cause why packets are lost */
export abstract class PacketReader<Cause extends string> extends Stream {
  readonly counters: Float64Array
  /** Packets of more bytes are dropped, never cut. */
  readonly largest: number
  /** What is known to be lost, by cause, in packets. Their sums are `overruns` of `stats`. */
  protected abstract readonly lost: Record<Cause, number>
  /** Where the packet lies that was taken last. */
  protected readonly place = { bytes: NOTHING as Uint8Array, start: 0, end: 0 }
  private lent: 0 | typeof LEASE | typeof BATCHING = 0

  constructor(init: StreamInit) {
    super(init)
    this.counters = this.stats.counters
    this.largest = init.limits.maxMessage
  }

  // ---------------------------------------------------------------------------------------------------- the transport

  /** Is a packet at hand? Looks at the transport, which may use again what was lent before. Only while nothing is lent. */
  protected abstract fetch(): boolean
  /** Is there another packet that can be lent together with those that are? */
  protected abstract fetchMore(): boolean
  /** The packet at hand is taken: it lies at {@link place}. */
  protected abstract advance(): void
  /**
   * Hands out the packet at hand and, up to `most`, others that lie behind it. Tells {@link countRead} how many these were, also
   * when `fn` throws.
   * @returns `false`: `fn`, or the stream's closing, has stopped it
   */
  protected abstract handOut(fn: BatchHandler, most: number): boolean
  /** Nothing points any more into what was lent. Not called once the stream is closed. */
  protected freeLent(): void {}

  // ---------------------------------------------------------------------------------------------------- one packet

  tryRead(): Uint8Array | null {
    if (!this.take()) return null
    const { bytes, start, end } = this.place
    return bytes.subarray(start, end)
  }

  override tryReadPlace(): LeasePlace | null {
    return this.take() ? this.place : null
  }

  private take(): boolean {
    if (this.lent !== 0 || this.noRead) this.checkRead()
    if (!this.fetch()) return this.nothing()
    this.lent = LEASE
    this.takeOne()
    return true
  }

  private takeOne(): void {
    this.advance()
    this.countRead(1, this.place.end - this.place.start)
  }

  release(): boolean {
    if (this.lent === 0) {
      if (this.closed) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    // A batch is released by its end, whatever its handler does.
    if (this.lent === BATCHING) return true
    this.lent = 0
    // The memory is gone, or another stream's.
    if (this.closed) return true
    this.freeLent()
    this.lookForMore()
    return true
  }

  /** The lease that is out belongs to another stream from now on. */
  protected handedOver(): void {
    this.lent = 0
    this.lookForMore()
  }

  /** Whoever waits while a lease is out is told when it is back. */
  private lookForMore(): void {
    if (this.watched(Interest.READ) && this.ready(Interest.READ)) this.wake(Interest.READ)
  }

  // ---------------------------------------------------------------------------------------------------- many packets

  override tryReadBatch(limit = Infinity): Uint8Array[] | null {
    const first = this.tryRead()
    if (first === null) return null
    const batch = [first]
    const { place } = this
    while (batch.length < limit && this.fetchMore()) {
      this.takeOne()
      batch.push(place.bytes.subarray(place.start, place.end))
    }
    return batch
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    if (this.lent !== 0 || this.noRead) this.checkRead()
    const most = Math.min(Math.ceil(limit), MOST)
    const { counters } = this
    const before = counters[Counter.messages]!
    let count = 0
    while (count < most) {
      if (!this.fetch()) {
        if (count === 0) this.nothing()
        break
      }
      const more = this.handMany(fn, most - count)
      count = counters[Counter.messages]! - before
      if (!more) break
    }
    return count
  }

  private handMany(fn: BatchHandler, most: number): boolean {
    this.lent = BATCHING
    try {
      return this.handOut(fn, most)
    } finally {
      this.lent = 0
      if (!this.closed) this.freeLent()
    }
  }

  /** So many packets, of so many bytes in all, were read. */
  countRead(packets: number, bytes: number): void {
    const { counters } = this
    counters[Counter.messages]! += packets
    counters[Counter.bytes]! += bytes
  }

  /** So many packets are lost that would have been read. */
  protected dropped(cause: Cause, count: number): void {
    this.lost[cause] += count
    this.counters[Counter.overruns]! += count
  }

  // ---------------------------------------------------------------------------------------------------- states

  /** Would `tryRead` have something? Looks at the transport. */
  protected get hasPacket(): boolean {
    return this.lent === 0 && this.fetch()
  }

  protected get readReady(): boolean {
    return this.hasPacket
  }

  /** Is anything lent, which is the program's until it is released? */
  protected get isLent(): boolean {
    return this.lent !== 0
  }

  /** Is a lease out, of one packet or of many? */
  protected get hasLease(): boolean {
    return this.lent === LEASE
  }

  private checkRead(): void {
    this.checkReadable()
    if (this.lent !== 0) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
  }

  /** Everything that came was read: is that all, or what broke the stream? */
  private nothing(): false {
    if (this.error !== null) throw this.tell(this.error)
    return false
  }
}
