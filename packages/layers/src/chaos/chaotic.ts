/** What both kinds of `chaos=` have in common: writing passes as it is, and reading may have to wait for a while. */
import {
  type Address,
  Counter,
  type Features,
  Interest,
  Layer,
  type Stream,
  type StreamInit,
  WRITE,
} from '@camio/core/spi'
import { Alarms } from '../alarms.js'
import type { Chaos } from './parse.js'
import { Random } from './random.js'

const NONE = -1

export abstract class Chaotic extends Layer {
  readonly maxClaim: number
  protected readonly random: Random
  protected readonly alarms = new Alarms((interest) => this.due(interest))
  private claimed = NONE
  private readonly isBytes: boolean

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    features: Features,
    protected readonly chaos: Chaos,
    seed: number,
  ) {
    super(inner, init, features)
    this.random = new Random(seed)
    this.maxClaim = inner.maxClaim
    this.isBytes = features.framing === 'bytes'
  }

  /** Milliseconds until something that is held back may be lent; `null`: nothing is. */
  protected abstract wait(): number | null
  /** Is nothing more taken from the inner stream for now, whatever it has? */
  protected abstract get looksAway(): boolean

  /** A time of the span that `delay:` says. */
  protected drawDelay(): number {
    const { delayFrom, delayTo } = this.chaos
    return delayFrom + this.random.next() * (delayTo - delayFrom)
  }

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number, to?: Address): Uint8Array | null {
    if (this.noWrite) this.checkWritable()
    const claim = this.inner.tryClaim(length, to)
    if (claim !== null) this.claimed = length
    return claim
  }

  override tryClaimAt(length: number, to?: Address): number {
    if (this.noWrite) this.checkWritable()
    const offset = this.inner.tryClaimAt(length, to)
    if (offset < 0) return offset
    this.claimed = length
    this.claimBytes = this.inner.claimBytes
    return offset
  }

  commit(length = this.claimed, more = false): void {
    const { claimed, inner } = this
    inner.commit(claimed === NONE ? undefined : length, more)
    if (claimed === NONE) return
    this.claimed = NONE
    if (length === 0 && this.isBytes) return
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
  }

  cancel(): void {
    this.claimed = NONE
    this.inner.cancel()
  }

  override tryFlush(): boolean {
    this.checkFlush()
    return this.inner.tryFlush()
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  override arm(interest: number): boolean {
    if (interest !== Interest.READ) return super.arm(interest)
    const wait = this.wait()
    if (wait !== null || this.looksAway) this.alarms.set(interest, wait ?? undefined)
    if (this.looksAway || !super.arm(interest)) return false
    // Nobody waits: the alarm would keep the process alive.
    this.alarms.clear(interest)
    return true
  }

  override disarm(interest: number): void {
    this.alarms.clear(interest)
    super.disarm(interest)
  }

  override notify(source: unknown, interest: number): void {
    this.alarms.clear(interest)
    super.notify(source, interest)
  }

  private due(interest: number): void {
    super.disarm(interest)
    this.notify(this, interest)
  }

  override ref(): this {
    this.alarms.ref()
    return super.ref()
  }

  override unref(): this {
    this.alarms.unref()
    return super.unref()
  }

  protected override async destroy(discard: boolean): Promise<void> {
    this.alarms.clearAll()
    await super.destroy(discard)
  }
}
