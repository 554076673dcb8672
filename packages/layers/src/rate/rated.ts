/** `rate=`: lets no more pass than so much a second, each way. What must wait is backpressure; nothing is queued. */
import { Interest, type Stream, type StreamInit } from '@camio/core/spi'
import { Alarms } from '../alarms.js'
import { Through } from '../through.js'
import { Bucket } from './bucket.js'
import type { Rate } from './parse.js'

/** Whoever waits looks again after so long, whether it is time or not: the stream may have broken meanwhile. */
const LOOK_MS = 500

export class Rated extends Through {
  private readonly incoming: Bucket
  private readonly outgoing: Bucket
  private readonly alarms = new Alarms((interest) => this.opened(interest))
  private readonly ofMessages: boolean

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>, { unit, perMs, burst }: Rate) {
    super(inner, init, inner.features)
    this.ofMessages = unit === 'messages'
    this.incoming = new Bucket(perMs, burst)
    this.outgoing = new Bucket(perMs, burst)
  }

  protected onRead(_bytes: Uint8Array, from: number, to: number): void {
    this.incoming.take(this.ofMessages ? 1 : to - from)
  }

  protected onWrite(_bytes: Uint8Array, from: number, to: number): void {
    this.outgoing.take(this.ofMessages ? 1 : to - from)
  }

  protected override shut(interest: number): boolean {
    const bucket = this.bucketOf(interest)
    return bucket !== null && !bucket.open
  }

  private bucketOf(interest: number): Bucket | null {
    if (interest === Interest.READ) return this.incoming
    return interest === Interest.WRITE ? this.outgoing : null
  }

  protected override awaitGate(interest: number): void {
    this.alarms.set(interest, Math.min(LOOK_MS, this.bucketOf(interest)!.wait))
  }

  protected override leaveGate(interest: number): void {
    this.alarms.clear(interest)
  }

  override ref(): this {
    this.alarms.ref()
    return super.ref()
  }

  override unref(): this {
    this.alarms.unref()
    return super.unref()
  }
}
