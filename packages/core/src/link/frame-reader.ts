/** The reading half of a stream of frames: leases on frames where they lie. */
import { Interest } from '../source.js'
import { Counter } from '../stats.js'
import { type BatchHandler, type LeasePlace, Stream, type StreamInit } from '../stream.js'
import type { FrameSource } from './port.js'

/**
 * What a stream knows to be lost, by cause, in frames. Their sums are `overruns` of `stats`: the first two of the reading half,
 * the last of the writing half.
 */
export interface Losses {
  /** Dropped by the system because this stream's ring was full: its reader is too slow. */
  readonly system: number
  /** Arrived, but larger than `max-message` (`packet:`: or than the ring takes): dropped, never cut. */
  readonly oversize: number
  /** Not taken by the system: the interface is down, its queue is full, too large. */
  readonly unsent: number
}

/** A batch without a limit hands over so many frames at most: while more come, others get a turn. */
const BATCH = 16_384

/** What was read goes back so many frames at a time, or the system runs out of memory behind a long batch. A power of two. */
const TOGETHER = 64

const LEASE = 1
const BATCHING = 2

export abstract class FrameReader extends Stream {
  readonly counters: Float64Array
  protected readonly lost = { system: 0, oversize: 0, unsent: 0 }
  /** Is a lease out, or is a batch handed out? */
  protected lent: 0 | typeof LEASE | typeof BATCHING = 0
  /** Is a frame at hand that nobody has read? */
  private pending = false
  private readonly largest: number
  private readonly place = { bytes: null as Uint8Array | null, start: 0, end: 0 }

  constructor(
    init: StreamInit,
    protected readonly source: FrameSource,
  ) {
    super(init)
    this.counters = this.stats.counters
    this.largest = init.limits.maxMessage
  }

  /** When the system received the frame at hand, in milliseconds since 1970; `NaN` where it does not tell. */
  get timestamp(): number {
    return this.source.time
  }

  // ---------------------------------------------------------------------------------------------------- one frame

  tryRead(): Uint8Array | null {
    if (!this.take()) return null
    const { bytes, offset, length } = this.source
    return bytes.subarray(offset, offset + length)
  }

  override tryReadPlace(): LeasePlace | null {
    if (!this.take()) return null
    const { place, source } = this
    place.bytes = source.bytes
    place.start = source.offset
    place.end = source.offset + source.length
    return place
  }

  private take(): boolean {
    if (this.lent !== 0 || this.noRead) this.checkRead()
    if (!this.fetch()) return this.nothing()
    this.count()
    this.lent = LEASE
    return true
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
    this.source.free()
    this.lookForMore()
    return true
  }

  /** The lease that is out belongs to another stream from now on. */
  protected handedOver(): void {
    this.lent = 0
    this.lookForMore()
  }

  /** Is a lease out, of one frame or of many? */
  protected get hasLease(): boolean {
    return this.lent === LEASE
  }

  /** Whoever waits while a lease is out is told when it is back. */
  protected lookForMore(): void {
    if (this.watched(Interest.READ) && this.ready(Interest.READ)) this.wake(Interest.READ)
  }

  // ---------------------------------------------------------------------------------------------------- many frames

  override tryReadBatch(limit = Infinity): Uint8Array[] | null {
    const first = this.tryRead()
    if (first === null) return null
    const batch = [first]
    const { source } = this
    while (batch.length < limit && source.hasMore && this.fetch()) {
      this.count()
      batch.push(source.bytes.subarray(source.offset, source.offset + source.length))
    }
    return batch
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    if (this.lent !== 0 || this.noRead) this.checkRead()
    const most = Math.min(limit, BATCH)
    const { source } = this
    let count = 0
    try {
      while (count < most && !this.noRead) {
        if (!this.fetch()) {
          if (count === 0) this.nothing()
          break
        }
        count++
        this.count()
        this.lent = BATCHING
        if (fn(source.bytes, source.offset, source.length) === false) break
        this.lent = 0
        if (!this.closed && (!source.hasMore || (count & (TOGETHER - 1)) === 0)) source.free()
      }
    } finally {
      this.lent = 0
      if (count > 0 && !this.closed) source.free()
    }
    return count
  }

  // ---------------------------------------------------------------------------------------------------- what is at hand

  /** Sees to it that a frame is at hand. What is larger than this stream takes is dropped. */
  private fetch(): boolean {
    const { source } = this
    while (!this.pending) {
      if (!this.advance()) return false
      this.pending = source.whole && source.length <= this.largest
      if (!this.pending) this.drop()
    }
    return true
  }

  /** Nobody gets the frame at hand, and nobody frees it but here; with leases of a batch it goes back with those. */
  private drop(): void {
    this.dropped('oversize', 1)
    if (this.lent === 0) this.source.free()
  }

  private advance(): boolean {
    try {
      return this.source.next()
    } catch (error) {
      this.corrupted(error)
      return false
    }
  }

  abstract corrupted(error: unknown): void

  /** The frame at hand is read. */
  private count(): void {
    this.pending = false
    const { counters } = this
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += this.source.length
  }

  protected dropped(cause: 'system' | 'oversize', count: number): void {
    this.lost[cause] += count
    this.counters[Counter.overruns]! += count
  }

  /** Would `tryRead` have something? Looks at the ring. */
  protected get hasFrame(): boolean {
    return this.lent === 0 && this.fetch()
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

  /** Links know no end. */
  get ended(): boolean {
    return false
  }
}
