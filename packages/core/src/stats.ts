/**
 * Counters of one stream: a view on a Float64Array, so that a native engine can count without a call and a program can read
 * them without one. They stay readable after `close()`.
 */

/** Index of each counter of the read half; the write half follows at {@link WRITE}. */
export const Counter = {
  messages: 0,
  bytes: 1,
  copies: 2,
  systemCalls: 3,
  wakeUps: 4,
  backpressure: 5,
  overruns: 6,
} as const

/** Offset of the write half's counters. */
export const WRITE = 8
/** How many float64 slots a stream's counters take: 8 a half, one of each spare. */
export const COUNTERS = 16

/** One direction's counters, read live. */
export class DirectionStats {
  constructor(
    private readonly counters: Float64Array,
    private readonly base: number,
    private readonly below?: DirectionStats,
  ) {}

  /** Messages, or leases/commits on a byte stream. */
  get messages(): number {
    return this.counters[this.base + Counter.messages]!
  }
  get bytes(): number {
    return this.counters[this.base + Counter.bytes]!
  }
  /** User-space copies of payload, one per contiguous piece that was moved. */
  get copies(): number {
    return this.counters[this.base + Counter.copies]! + (this.below?.copies ?? 0)
  }
  get systemCalls(): number {
    return this.counters[this.base + Counter.systemCalls]! + (this.below?.systemCalls ?? 0)
  }
  /** How often whoever waited for this direction was woken. */
  get wakeUps(): number {
    return this.counters[this.base + Counter.wakeUps]! + (this.below?.wakeUps ?? 0)
  }
  /** "Not now" answers of `tryClaim`/`tryWrite`; always 0 on the read half. */
  get backpressure(): number {
    return this.counters[this.base + Counter.backpressure]! + (this.below?.backpressure ?? 0)
  }
  /** Messages lost to a faster writer (lossy transports). */
  get overruns(): number {
    return this.counters[this.base + Counter.overruns]! + (this.below?.overruns ?? 0)
  }

  toJSON(): Record<keyof typeof Counter, number> {
    const { messages, bytes, copies, systemCalls, wakeUps, backpressure, overruns } = this
    return { messages, bytes, copies, systemCalls, wakeUps, backpressure, overruns }
  }
}

export class StreamStats {
  readonly read: DirectionStats
  readonly write: DirectionStats

  /**
   * @param counters at least {@link COUNTERS} slots, in memory that outlives the stream
   * @param below the wrapped stream's, for a layer: what it cost is part of what the layer cost
   */
  constructor(
    readonly counters: Float64Array = new Float64Array(COUNTERS),
    below?: StreamStats,
  ) {
    this.read = new DirectionStats(counters, 0, below?.read)
    this.write = new DirectionStats(counters, WRITE, below?.write)
  }

  toJSON(): { read: ReturnType<DirectionStats['toJSON']>; write: ReturnType<DirectionStats['toJSON']> } {
    return { read: this.read.toJSON(), write: this.write.toJSON() }
  }
}
