/** `tee=`: everything that is read and written goes to a second stream, too. A slow one slows this one down. */
import {
  type CamioError,
  type CloseOptions,
  Counter,
  Interest,
  type Stream,
  type StreamInit,
  WRITE,
} from '@camio/core/spi'
import { copiesMore } from '../copies-more.js'
import { Through } from '../through.js'
import type { Spout, Teeing } from './spout.js'

export class Teed extends Through implements Teeing {
  /** A close that waits for the sink shall wait no longer. */
  private readonly impatience = new AbortController()

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    private readonly spout: Spout,
  ) {
    super(inner, init, copiesMore(inner.features))
    spout.join(this)
  }

  protected onRead(bytes: Uint8Array, from: number, to: number): void {
    this.stats.counters[Counter.copies]! += 1
    this.spout.offer(bytes, from, to)
  }

  protected onWrite(bytes: Uint8Array, from: number, to: number): void {
    this.stats.counters[WRITE + Counter.copies]! += 1
    this.spout.offer(bytes, from, to)
  }

  /** Is everything on its way, and with the sink? From there it goes on by itself. */
  override tryFlush(): boolean {
    return super.tryFlush() && !this.spout.full
  }

  protected override shut(): boolean {
    return this.spout.full
  }

  spoutReady(): void {
    for (const interest of [Interest.READ, Interest.WRITE, Interest.DRAIN]) this.opened(interest)
  }

  spoutBroke(error: CamioError): void {
    this.fail(error)
  }

  override close(options?: CloseOptions): Promise<void> {
    if (options?.discard) this.impatience.abort()
    return super.close(options)
  }

  protected override async destroy(discard: boolean): Promise<void> {
    this.spout.leave(this)
    try {
      await super.destroy(discard)
    } finally {
      // Time that ran out before is told by `close` itself.
      if (discard) this.impatience.abort()
      await this.spout.letGo(this.lingerLeft(), this.impatience.signal)
    }
    this.tellLast(this.spout.failure, discard)
  }
}
