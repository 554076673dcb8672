/** The reading half of a WebSocket stream: leases on the messages of the inbox. */
import { Counter, Stream, type StreamInit } from '@camio/core/spi'
import { Inbox } from './inbox.js'

export abstract class WsReader extends Stream {
  protected readonly inbox = new Inbox()
  /** Messages under the lease that is out, or 0. */
  protected lent = 0
  /** The peer will send no more. */
  protected peerEnded = false

  constructor(init: StreamInit) {
    super(init)
  }

  /** Messages were freed. */
  protected abstract released(): void

  tryRead(): Uint8Array | null {
    this.checkRead()
    if (this.inbox.count === 0) return this.nothing()
    this.lent = 1
    return this.lend(0)
  }

  override tryReadBatch(limit = Infinity): Uint8Array[] | null {
    this.checkRead()
    if (this.inbox.count === 0) return this.nothing()
    this.lent = limit >= 1 ? Math.min(Math.floor(limit), this.inbox.count) : 1
    return Array.from({ length: this.lent }, (_, i) => this.lend(i))
  }

  release(): boolean {
    if (this.lent === 0) {
      if (this.closed) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    for (; this.lent > 0; this.lent--) this.inbox.shift()
    this.released()
    return true
  }

  get ended(): boolean {
    return this.peerEnded && this.inbox.count === 0 && this.error === null
  }

  private checkRead(): void {
    this.checkReadable()
    if (this.lent > 0) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
  }

  /** Everything that came was read: is that all, or what broke the stream? */
  private nothing(): null {
    if (this.error !== null) throw this.tell(this.error)
    return null
  }

  private lend(index: number): Uint8Array {
    const message = this.inbox.at(index)
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += message.length
    counters[Counter.copies]! += 1
    return message
  }
}
