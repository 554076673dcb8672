/** A reading end of a lossy named ring: it sees every message from when it was let in, or how many it was too slow for. */
import { type BatchHandler, Counter, Interest, type StreamInit } from '@camio/core/spi'
import type { Link, LinkOwner } from '../link/link.js'
import { WriterState } from '../ring/layout.js'
import { LossyReader, type Progress } from '../ring/lossy-reader.js'
import type { Region } from '../ring/region.js'
import { WritingStream } from './writing-stream.js'

export interface OnlookerEnds {
  readonly link: Link
  readonly ring: Region
  readonly flags: Region
  readonly start: Progress
}

export class OnlookerStream extends WritingStream implements LinkOwner {
  private readonly link: Link
  private readonly ring: LossyReader
  private lent = false
  private batching = false

  constructor(init: StreamInit, { link, ring, flags, start }: OnlookerEnds) {
    super(init, null)
    this.link = link
    this.ring = new LossyReader(ring, flags, start, this.stats.counters)
    link.attach(this)
  }

  // ---------------------------------------------------------------------------------------------------- reading

  tryRead(): Uint8Array | null {
    this.checkRead()
    const { ring } = this
    if (!ring.next()) return this.nothing()
    this.lent = true
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += ring.length
    return ring.bytes.subarray(ring.offset, ring.offset + ring.length)
  }

  /** @returns `true`: what was lent is a copy, which nobody overwrites */
  release(): boolean {
    if (!this.lent) {
      if (this.closed || this.batching) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    this.lent = false
    this.ring.take()
    this.readOn()
    return true
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    this.checkRead()
    let count = 0
    this.batching = true
    try {
      count = this.ring.drain(fn, limit)
    } finally {
      this.batching = false
      this.readOn()
    }
    if (count === 0 && limit >= 1) this.nothing()
    return count
  }

  private checkRead(): void {
    this.checkReadable()
    if (this.lent || this.batching) {
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    }
  }

  private nothing(): null {
    const { fault } = this.ring
    if (fault !== null) throw this.broken(fault)
    if (this.error !== null) throw this.tell(this.error)
    return null
  }

  get ended(): boolean {
    return this.error === null && !this.lent && this.ring.finished
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null || interest !== Interest.READ) return true
    return this.readyToRead()
  }

  private readyToRead(): boolean {
    if (this.lent || this.batching) return false
    if (this.ring.ready) return true
    const state = this.ring.writerState
    if (state === WriterState.RESET) this.fail(this.peerReset())
    return state !== WriterState.OPEN
  }

  protected sleep(interest: number): boolean {
    return interest !== Interest.READ || (this.ring.sleep() && this.readyToRead())
  }

  protected stir(): void {
    this.ring.stir()
  }

  protected publish(): void {}
  protected checkPeer(): void {}

  // ---------------------------------------------------------------------------------------------------- the end

  rung(): void {
    if (this.link.gone && !this.closed) this.writerGone()
    this.lookAgain()
  }

  /** Did it say goodbye? What is left in the ring is read all the same. */
  private writerGone(): void {
    const { writerState } = this.ring
    if (writerState === WriterState.OPEN && !this.link.saidGoodbye) this.fail(this.peerLost())
    else if (writerState !== WriterState.ENDED) this.fail(this.peerReset())
  }

  protected endWrite(): void {}

  protected destroy(): void {
    this.lent = false
    this.link.close()
    this.ring.release()
  }
}
