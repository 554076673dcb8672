/**
 * The reading half of a `mem:` stream: leases on messages that the other end put into the incoming queue.
 *
 * A lease is the very memory that the writer filled; releasing it lets go of that memory and makes room for the writer.
 */
import { type BatchHandler, Counter, Stream, type StreamInit } from '@camio/core/spi'
import type { Message, Queue } from './queue.js'

export abstract class MemReader extends Stream {
  protected readonly incoming: Queue
  /** Messages under the lease that is out, or 0. */
  protected lent = 0

  constructor(init: StreamInit, incoming: Queue) {
    super(init)
    this.incoming = incoming
  }

  /** Messages were freed. */
  protected abstract released(): void

  tryRead(): Uint8Array | null {
    this.checkRead()
    if (this.incoming.count === 0) return this.nothing()
    this.lent = 1
    return this.lend(this.incoming.at(0))
  }

  release(): boolean {
    if (this.lent === 0) {
      if (this.closed) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    for (; this.lent > 0; this.lent--) this.incoming.shift()
    this.released()
    return true
  }

  override tryReadBatch(limit = Infinity): Uint8Array[] | null {
    this.checkRead()
    if (this.incoming.count === 0) return this.nothing()
    this.lent = limit >= 1 ? Math.min(Math.floor(limit), this.incoming.count) : 1
    return Array.from({ length: this.lent }, (_, i) => this.lend(this.incoming.at(i)))
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    this.checkRead()
    const { incoming } = this
    if (limit >= 1 && incoming.count === 0) this.nothing()
    let count = 0
    try {
      while (count < limit && incoming.count > 0) {
        count++
        if (this.handOut(incoming.at(0), fn) === false) break
      }
    } finally {
      if (count > 0) this.released()
    }
    return count
  }

  /** One message of a batch: consumed when the handler is done with it, also by throwing. */
  private handOut(message: Message, fn: BatchHandler): void | false {
    this.counted(message)
    this.lent = 1
    try {
      return fn(message.segment!.bytes, message.offset, message.length)
    } finally {
      // Gone already if the handler closed the stream.
      if (this.lent === 1) this.incoming.shift()
      this.lent = 0
    }
  }

  get ended(): boolean {
    return this.incoming.ended && this.incoming.count === 0 && this.error === null
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

  private lend(message: Message): Uint8Array {
    this.counted(message)
    return message.segment!.bytes.subarray(message.offset, message.offset + message.length)
  }

  private counted(message: Message): void {
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += message.length
  }
}
