/** The reading half of a stream of frames: leases on frames where they lie. */
import { PacketStream } from '../packets/packet-stream.js'
import type { BatchHandler, StreamInit } from '../stream.js'
import { HEADER } from './frames.js'
import type { FrameSource, FrameTaker } from './port.js'

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

/** What was read goes back so many frames at a time, or the system runs out of memory behind a long batch. */
const TOGETHER = 64

export abstract class FrameReader extends PacketStream<keyof Losses> implements FrameTaker {
  protected readonly lost = { system: 0, oversize: 0, unsent: 0 }
  /** Is a frame at hand that nobody has read? */
  private pending = false

  constructor(
    init: StreamInit,
    protected readonly source: FrameSource,
  ) {
    super(init, HEADER)
  }

  /** When the system received the frame at hand, in milliseconds since 1970; `NaN` where it does not tell. */
  get timestamp(): number {
    return this.source.time
  }

  /** The stream is closed: nothing is handed out any more, and the memory is gone. */
  get readingOver(): boolean {
    return this.noRead
  }

  abstract corrupted(error: unknown): void

  // ---------------------------------------------------------------------------------------------------- what is at hand

  /** Sees to it that a frame is at hand. What is larger than this stream takes is dropped. */
  protected fetch(): boolean {
    const { source } = this
    while (!this.pending) {
      if (!this.moveOn()) return false
      this.pending = source.whole && source.length <= this.largest
      if (!this.pending) this.drop()
    }
    return true
  }

  protected fetchMore(): boolean {
    return this.source.hasMore && this.fetch()
  }

  private moveOn(): boolean {
    try {
      return this.source.next()
    } catch (error) {
      this.corrupted(error)
      return false
    }
  }

  /** Nobody gets the frame at hand, and nobody frees it but here; with leases of a batch it goes back with those. */
  private drop(): void {
    this.dropped('oversize', 1)
    if (!this.isLent) this.freeLent()
  }

  protected advance(): void {
    const { place, source } = this
    this.pending = false
    place.bytes = source.bytes
    place.start = source.offset
    place.end = source.offset + source.length
  }

  protected handOut(fn: BatchHandler, most: number): boolean {
    this.pending = false
    return this.source.handOut(fn, Math.min(most, TOGETHER), this)
  }

  protected override freeLent(): void {
    try {
      this.source.free()
    } catch (error) {
      this.corrupted(error)
    }
  }

  /** Links know no end. */
  get ended(): boolean {
    return false
  }
}
