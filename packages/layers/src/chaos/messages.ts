/**
 * `chaos=` on messages: some do not arrive, some twice, late, behind others or without their end. What happens to which of them depends
 * on the seed and on how many came before it, not on time.
 */
import { type Address, Counter, type Features, Interest, type Stream, type StreamInit } from '@camio/core/spi'
import { Chaotic } from './chaotic.js'
import { HeldBack } from './held.js'
import { type Chaos, MOST_BEHIND } from './parse.js'

/** What is lent next: in the inner stream's lease, or held back until now. */
interface Next {
  readonly bytes: Uint8Array
  readonly direct: boolean
  readonly remote: Address | undefined
}

/** What happens to one message. */
interface Fate {
  readonly lost: boolean
  readonly twice: boolean
  /** So many others go by first. */
  readonly behind: number
  /** Which share of it arrives. */
  readonly share: number
  readonly delay: number
}

const GOOD: Fate = { lost: false, twice: false, behind: 0, share: 1, delay: 0 }

export class ChaoticMessages extends Chaotic {
  private readonly held = new HeldBack()
  /** Looked for, and not taken yet; or what is lent. */
  private next: Next | null = null
  private lent = false
  /** Messages that the inner stream had. */
  private count = 0
  /** It has an error, which comes behind what is held back. */
  private broken = false

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    features: Features,
    chaos: Chaos,
    seed: number,
  ) {
    super(inner, init, features, chaos, seed)
  }

  tryRead(): Uint8Array | null {
    if (this.noRead) this.checkReadable()
    if (this.lent) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    const next = this.look()
    if (next === null) return null
    this.lent = true
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += next.bytes.length
    return next.bytes
  }

  release(): boolean {
    if (!this.lent) {
      if (this.closed) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    const { direct } = this.next!
    this.lent = false
    this.next = null
    const intact = direct ? this.inner.release() : true
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
    return intact
  }

  override get remote(): Address | undefined {
    return this.next === null || this.next.direct ? this.inner.remote : this.next.remote
  }

  get ended(): boolean {
    if (this.lent || this.next !== null || this.error !== null || !this.held.empty) return false
    return this.cut || this.inner.ended
  }

  private get cut(): boolean {
    return this.count >= this.chaos.halfClose
  }

  // ---------------------------------------------------------------------------------------------------- what comes

  /** What can be lent now. @throws the stream's error, behind what is held back */
  private look(): Next | null {
    while (this.next === null && !this.takeHeld()) {
      // The end, or an error, that is found out here sets free what was put aside: one more look.
      if (this.takesNoMore || (!this.admit() && !this.takesNoMore)) break
    }
    return this.next
  }

  private takeHeld(): boolean {
    this.held.rejoin(this.broken || this.cut || this.inner.ended)
    const due = this.held.take()
    if (due !== null) this.next = { bytes: due.bytes, direct: false, remote: due.remote }
    return due !== null
  }

  /** Until something that is held back was lent, nothing that the inner stream has matters; or nothing ever does. */
  private get takesNoMore(): boolean {
    return this.held.full || this.cut || (!this.held.empty && (this.broken || this.inner.ended))
  }

  /** Takes the inner stream's next message, and does with it what is its fate. @returns `false`: there is none now */
  private admit(): boolean {
    const lease = this.innerNext()
    if (lease === null) return false
    const fate = this.count < this.chaos.after ? this.draw(GOOD) : this.draw()
    this.count++
    this.held.passed()
    const bytes = fate.share < 1 ? lease.subarray(0, Math.floor(lease.length * fate.share)) : lease
    if (fate.lost) this.lose()
    else if (fate.behind > 0 || fate.delay > 0 || this.held.queued) this.holdBack(bytes, fate)
    else this.passOn(bytes, fate)
    return true
  }

  private innerNext(): Uint8Array | null {
    try {
      return this.inner.tryRead()
    } catch (error) {
      if (this.held.empty) throw error
      // What is held back came before it.
      this.inner.wasTold(false)
      this.broken = true
      return null
    }
  }

  /** As many numbers whatever happens, so that the fate of one message does not hang on that of another. */
  private draw(instead?: Fate): Fate {
    const { chaos, random } = this
    const [lost, twice, behind, howFar, truncated, share] = Array.from({ length: 6 }, () => random.next()) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const delay = this.drawDelay()
    if (instead !== undefined) return instead
    return {
      lost: lost < chaos.loss,
      twice: twice < chaos.duplicate,
      behind: behind < chaos.reorder ? 1 + Math.floor(howFar * MOST_BEHIND) : 0,
      share: truncated < chaos.truncate ? share : 1,
      delay,
    }
  }

  private lose(): void {
    this.stats.counters[Counter.overruns]! += 1
    this.inner.release()
  }

  private passOn(bytes: Uint8Array, { twice }: Fate): void {
    this.next = { bytes, direct: true, remote: undefined }
    if (twice) this.held.queue(this.copyOf(bytes), this.sender(), 0)
  }

  private holdBack(bytes: Uint8Array, { behind, delay, twice }: Fate): void {
    const { held } = this
    const due = delay > 0 ? performance.now() + delay : 0
    if (behind > 0) held.putAside(this.copyOf(bytes), this.sender(), behind)
    else held.queue(this.copyOf(bytes), this.sender(), due)
    if (twice) held.queue(this.copyOf(bytes), this.sender(), due)
    this.inner.release()
  }

  private copyOf(bytes: Uint8Array): Uint8Array {
    this.stats.counters[Counter.copies]! += 1
    return bytes.slice()
  }

  /** Of the message at hand; the inner stream's own changes with the next one. */
  private sender(): Address | undefined {
    const { remote } = this.inner
    return remote && { host: remote.host, port: remote.port }
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  protected holds(interest: number): boolean | null {
    if (interest !== Interest.READ) return null
    return !this.lent && (this.look() !== null || this.ended)
  }

  protected wait(): number | null {
    return this.lent ? null : this.held.wait()
  }

  protected get looksAway(): boolean {
    if (this.lent) return !this.next!.direct
    return this.takesNoMore
  }

  protected override async destroy(discard: boolean): Promise<void> {
    this.held.drop()
    await super.destroy(discard)
  }
}
