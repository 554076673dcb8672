/** The reading half of a stream over rings with one writer each: leases on messages where their writer put them. */
import { Counter, type LeasePlace } from '@camio/core/spi'
import type { RingReader } from '../ring/ring-reader.js'
import { WritingStream } from './writing-stream.js'

/** A lease as layers want it; used again for each. */
class Place implements LeasePlace {
  bytes: Uint8Array | null = null
  start = 0
  end = 0
}

export abstract class ReadingStream extends WritingStream {
  /** The ring that the lease which is out points into. */
  protected lender: RingReader | null = null
  /** Is a batch being read? */
  protected batching = false
  private readonly place = new Place()

  /** A ring of which `next` found a message. `null`: not now, the end, or an error, which `nothing` tells apart. */
  protected abstract pick(): RingReader | null
  /** Nothing is at hand. @throws what broke the stream */
  protected abstract nothing(): null

  tryRead(): Uint8Array | null {
    const ring = this.lend()
    return ring === null ? null : ring.view()
  }

  override tryReadPlace(): LeasePlace | null {
    const ring = this.lend()
    if (ring === null) return null
    const { place } = this
    place.bytes = ring.bytes
    place.start = ring.offset
    place.end = ring.offset + ring.length
    return place
  }

  private lend(): RingReader | null {
    this.checkRead()
    const ring = this.pick()
    if (ring === null) return this.nothing()
    this.take(ring)
    return ring
  }

  private take(ring: RingReader): void {
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += ring.length
    ring.take()
    ring.held = true
    this.lender = ring
  }

  /** Neighbours of one ring: those that were known to be there when it was looked at, and none that come meanwhile. */
  override tryReadBatch(limit = Infinity): Uint8Array[] | null {
    this.checkRead()
    const ring = this.pick()
    if (ring === null) return this.nothing()
    const batch: Uint8Array[] = []
    do {
      this.take(ring)
      batch.push(ring.view())
    } while (batch.length < limit && ring.more && ring.next())
    return batch
  }

  release(): boolean {
    const ring = this.lender
    if (ring === null) {
      // The message that a batch hands out is its handler's until that returns.
      if (this.closed || this.batching) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    this.lender = null
    ring.held = false
    if (ring.due) ring.publish()
    else if (!this.corked) this.scheduleFlush()
    this.readOn()
    return true
  }

  protected checkRead(): void {
    this.checkReadable()
    if (this.lender !== null || this.batching) {
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    }
  }
}
