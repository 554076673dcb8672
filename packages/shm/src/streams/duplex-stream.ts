/** A stream between two ends that know each other: a ring each way, or one way only. */
import {
  type BatchHandler,
  type CamioError,
  Counter,
  Interest,
  type StreamInit,
  StreamStats,
  WRITE,
} from '@camio/core/spi'
import type { Link, LinkOwner } from '../link/link.js'
import { WriterState } from '../ring/layout.js'
import type { Region } from '../ring/region.js'
import { RingReader } from '../ring/ring-reader.js'
import { RingWriter } from '../ring/ring-writer.js'
import { ReadingStream } from './reading-stream.js'

export interface DuplexEnds {
  readonly link: Link
  readonly incoming: Region | null
  readonly outgoing: Region | null
}

export class DuplexStream extends ReadingStream implements LinkOwner {
  declare protected readonly outgoing: RingWriter | null
  private readonly link: Link
  private readonly incoming: RingReader | null
  /** Why nobody is at the other end any more. */
  private gone: CamioError | null = null

  constructor(init: StreamInit, { link, incoming, outgoing }: DuplexEnds) {
    const stats = new StreamStats()
    super(
      { ...init, stats },
      outgoing && new RingWriter(outgoing, link.bell(stats.counters, WRITE + Counter.systemCalls)),
    )
    this.link = link
    this.incoming = incoming && new RingReader(incoming, link.bell(stats.counters, Counter.systemCalls))
    link.attach(this)
  }

  // ---------------------------------------------------------------------------------------------------- reading

  protected pick(): RingReader | null {
    return this.incoming!.next() ? this.incoming : null
  }

  protected nothing(): null {
    const { fault } = this.incoming!
    if (fault !== null) throw this.broken(fault)
    if (this.error !== null) throw this.tell(this.error)
    return null
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    this.checkRead()
    let count = 0
    this.batching = true
    try {
      count = this.incoming!.drain(fn, limit, this.stats.counters)
    } finally {
      this.batching = false
      if (!this.closed) this.room()
      this.readOn()
    }
    if (count === 0 && limit >= 1) this.nothing()
    return count
  }

  /** What was read becomes room: at once if it is much or waited for, else at the end of the turn. */
  private room(): void {
    const incoming = this.incoming!
    if (incoming.due) incoming.publish()
    else if (!this.corked) this.scheduleFlush()
  }

  get ended(): boolean {
    return this.error === null && this.lender === null && this.incoming?.finished === true
  }

  protected publish(): void {
    this.outgoing?.publish()
    this.incoming?.publish()
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.readyToRead()
    if (interest === Interest.WRITE) return this.readyToWrite()
    return true
  }

  private readyToRead(): boolean {
    const { incoming } = this
    if (incoming === null || this.lender !== null || this.batching) return false
    if (incoming.ready) return true
    const state = incoming.writerState
    if (state === WriterState.RESET) this.fail(this.peerReset())
    return state !== WriterState.OPEN
  }

  protected override readyToWrite(): boolean {
    return this.gone !== null || super.readyToWrite()
  }

  protected sleep(interest: number): boolean {
    if (interest === Interest.READ) return this.incoming?.sleep() === true && this.readyToRead()
    return this.outgoing!.sleep(this.mark) || this.readyToWrite()
  }

  protected stir(interest: number): void {
    if (interest === Interest.READ) this.incoming?.stir()
    else this.outgoing?.stir()
  }

  // ---------------------------------------------------------------------------------------------------- the other end

  rung(): void {
    if (this.link.gone) this.peerGone()
    this.lookAgain()
  }

  protected checkPeer(): void {
    if (this.gone === null) return
    this.fail(this.gone)
    throw this.tell(this.gone)
  }

  /** What is committed now and was not when the other end left is as lost as what it left unread. */
  protected override checkDelivery(): void {
    const { outgoing, gone } = this
    // Its farewell is looked at first: it has said before what it had read.
    if (outgoing === null || (gone === null && !outgoing.readerClosed) || !outgoing.unread) return
    this.fail(gone ?? this.peerReset())
    throw this.tell(this.error!)
  }

  /** Did it say goodbye? If not, it died. What it left in the ring is read all the same. */
  private peerGone(): void {
    if (this.gone !== null || this.closed) return
    const { incoming, outgoing } = this
    const said = (incoming?.writerState ?? WriterState.ENDED) !== WriterState.OPEN && (outgoing?.readerClosed ?? true)
    this.gone = said || this.link.saidGoodbye ? this.peerReset() : this.peerLost()
    outgoing?.abandon()
    const cutOff = incoming !== null && incoming.writerState !== WriterState.ENDED
    if (cutOff || outgoing?.unread) this.fail(this.gone)
  }

  protected endWrite(): void {
    this.outgoing!.end(WriterState.ENDED)
  }

  protected destroy(discard: boolean): void {
    const { incoming, outgoing } = this
    this.forgetClaim()
    this.lender = null
    if (!discard) outgoing?.publish()
    const unread = incoming?.close() ?? false
    // What the other end wrote and nobody read is lost: it must not take that for delivered.
    outgoing?.end(discard || unread ? WriterState.RESET : WriterState.ENDED)
    if (incoming?.taken || outgoing?.taken) this.link.sayGoodbye()
    this.link.close()
    incoming?.release()
    outgoing?.release()
  }
}
