/** The reading half of a datagram stream: leases and batches out of runs, where they lie. */
import { type Address, type BatchHandler, PacketStream, type StreamInit } from '@camio/core/spi'
import { datagramsIn, type Incoming, NOTHING } from './incoming.js'
import { type LossCause, type Losses, noLosses } from './losses.js'
import { Remote } from './name.js'

export abstract class DatagramReader extends PacketStream<LossCause> {
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

  constructor(
    init: StreamInit,
    protected readonly incoming: Incoming,
  ) {
    super(init)
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

  // ---------------------------------------------------------------------------------------------------- datagrams

  protected fetch(): boolean {
    return this.left > 0 || this.freshRun()
  }

  /** What was received by now lies there until the release; another look at the system might overwrite it. */
  protected fetchMore(): boolean {
    return this.left > 0 || (this.incoming.hasMore && this.nextRun())
  }

  /** The next datagram of the run. */
  protected advance(): void {
    const { place } = this
    place.bytes = this.bytes
    place.start = this.at
    place.end = this.at = Math.min(this.at + this.segment, this.limit)
    this.left--
  }

  /** Datagrams of the run at hand. */
  protected handOut(fn: BatchHandler, most: number): boolean {
    const { bytes, segment, limit: end } = this
    const count = Math.min(this.left, most)
    let to = this.at
    let left = count
    try {
      do {
        const from = to
        to = from + segment
        if (to > end) to = end
        left--
        if (fn(bytes, from, to - from) === false) return false
      } while (left > 0 && !this.noRead)
      return !this.noRead
    } finally {
      // Consumed, also by a handler that throws.
      this.countRead(count - left, to - this.at)
      this.left -= count - left
      this.at = to
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

  protected relaxReading(): void {
    if (this.isLent || this.left > 0 || this.incoming.hasMore) return
    this.bytes = this.place.bytes = NOTHING
    this.incoming.relax()
  }
}
