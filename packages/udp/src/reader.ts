/** The reading half of a datagram stream: leases and batches out of runs, where they lie. */
import {
  type Address,
  type BatchHandler,
  Counter,
  Interest,
  type LeasePlace,
  Stream,
  type StreamInit,
} from '@camio/core/spi'
import { datagramsIn, type Incoming, NOTHING } from './incoming.js'
import { type LossCause, type Losses, noLosses } from './losses.js'
import { Remote } from './name.js'

/** A batch ends after about so many messages: a sender that never stops must not keep the event loop from its turn. */
const BATCH = 16_384

/** What is lent. */
const LEASE = 1
const BATCHING = 2

export abstract class DatagramReader extends Stream {
  protected readonly lost = noLosses()
  private readonly from = new Remote()
  /** `from`, as soon as there was a message. */
  private sender: Remote | undefined

  /** The run at hand: `left` datagrams of `segment` bytes in `bytes[at, limit)`, the last perhaps shorter. */
  private bytes: Uint8Array = NOTHING
  private at = 0
  private limit = 0
  private segment = 0
  private left = 0
  /** Is a lease out, or a batch? */
  private lent: 0 | typeof LEASE | typeof BATCHING = 0
  /** Did the last batch end because its handler, or the stream's closing, said so? */
  private stopped = false

  private readonly place = { bytes: NOTHING as Uint8Array | null, start: 0, end: 0 }
  readonly counters: Float64Array
  private readonly largest: number

  constructor(
    init: StreamInit,
    protected readonly incoming: Incoming,
  ) {
    super(init)
    this.counters = this.stats.counters
    this.largest = init.limits.maxMessage
  }

  /** What is known to be lost, by cause; counted on. */
  get losses(): Losses {
    return this.lost
  }

  /**
   * The sender of the message at hand; `undefined` before the first. The same object every time: it shows the next message's when that
   * is at hand. A port of 0 can be read, and not answered.
   */
  override get remote(): Address | undefined {
    return this.sender
  }

  /** When the system received the message at hand, in milliseconds since 1970 (fractions down to some 0.2 us). `NaN` without `timestamps`. */
  get timestamp(): number {
    return this.incoming.time
  }

  // ---------------------------------------------------------------------------------------------------- one message

  tryRead(): Uint8Array | null {
    if (!this.take()) return null
    const { place } = this
    return this.bytes.subarray(place.start, place.end)
  }

  override tryReadPlace(): LeasePlace | null {
    if (!this.take()) return null
    this.place.bytes = this.bytes
    return this.place
  }

  private take(): boolean {
    if (this.lent !== 0 || this.noRead) this.checkRead()
    if (this.left === 0 && !this.freshRun()) return this.nothing()
    this.lent = LEASE
    this.advance()
    return true
  }

  /** The next datagram of the run becomes the message at hand. */
  private advance(): void {
    const { counters, place } = this
    place.start = this.at
    place.end = this.at = Math.min(this.at + this.segment, this.limit)
    this.left--
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += place.end - place.start
  }

  release(): boolean {
    if (this.lent === 0) {
      if (this.closed) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    // A batch is released by its end, whatever its handler does.
    if (this.lent === BATCHING) return true
    this.lent = 0
    if (this.watched(Interest.READ) && this.ready(Interest.READ)) this.wake(Interest.READ)
    return true
  }

  // ---------------------------------------------------------------------------------------------------- many messages

  override tryReadBatch(limit = Infinity): Uint8Array[] | null {
    if (!this.take()) return null
    const batch = [this.bytes.subarray(this.place.start, this.place.end)]
    // What was received by now lies there until the release; another look at the system might overwrite it.
    while (batch.length < limit && (this.left > 0 || (this.incoming.hasMore && this.nextRun()))) {
      this.advance()
      batch.push(this.bytes.subarray(this.place.start, this.place.end))
    }
    return batch
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    if (this.lent !== 0 || this.noRead) this.checkRead()
    const most = Math.min(limit, BATCH)
    let count = 0
    while (count < most) {
      if (this.left === 0 && !this.freshRun()) {
        if (count === 0) this.nothing()
        break
      }
      count += this.handOut(fn, Math.min(this.left, Math.ceil(limit - count)))
      if (this.stopped) break
    }
    return count
  }

  /** Hands out the next `count` datagrams of the run. @returns how many; fewer, or as many, when it was `stopped` */
  private handOut(fn: BatchHandler, count: number): number {
    const { bytes, segment, limit: end } = this
    let to = this.at
    let left = count
    this.lent = BATCHING
    this.stopped = true
    try {
      do {
        const from = to
        to = from + segment
        if (to > end) to = end
        left--
        if (fn(bytes, from, to - from) === false) return count - left
      } while (left > 0 && !this.noRead)
      this.stopped = this.noRead
      return count - left
    } finally {
      // Consumed, also by a handler that throws.
      this.counters[Counter.messages]! += count - left
      this.counters[Counter.bytes]! += to - this.at
      this.left -= count - left
      this.at = to
      this.lent = 0
    }
  }

  // ---------------------------------------------------------------------------------------------------- runs

  /** Nothing is lent: what the runs before lay in may be used again. */
  private freshRun(): boolean {
    this.incoming.free()
    return this.nextRun()
  }

  /** Moves to the next run with something in it that is not too large. */
  private nextRun(): boolean {
    const { incoming } = this
    do {
      if (!incoming.next()) return false
      this.bytes = incoming.bytes
      this.at = incoming.offset
      this.limit = this.at + incoming.length
      this.segment = incoming.segment
      this.left = datagramsIn(incoming)
      if (this.segment > this.largest) this.dropOversize()
    } while (this.left === 0)
    this.sender = this.from.show(incoming.names, incoming.nameAt)
    return true
  }

  /** All of the run is too large, except perhaps its last datagram. */
  private dropOversize(): void {
    const last = (this.limit - this.at) % this.segment
    const kept = last > 0 && last <= this.largest ? 1 : 0
    this.dropped('oversize', this.left - kept)
    this.left = kept
    this.at = this.limit - last
  }

  /** So many datagrams that would have been read are lost. */
  protected dropped(cause: LossCause, count: number): void {
    this.lost[cause] += count
    this.counters[Counter.overruns]! += count
  }

  // ---------------------------------------------------------------------------------------------------- states

  /** Would `tryRead` have something? Looks at the transport. */
  protected get hasMessage(): boolean {
    return this.lent === 0 && (this.left > 0 || this.freshRun())
  }

  /** A lease is out: what it points to is the program's until it is released. */
  protected get isLent(): boolean {
    return this.lent !== 0
  }

  protected relaxReading(): void {
    if (this.lent === 0 && this.left === 0 && !this.incoming.hasMore) {
      this.bytes = NOTHING
      this.incoming.relax()
    }
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
