/** The reading half of `fragment=`: a message of one piece is lent where it lies, larger ones are put together. */
import { crc32 } from 'node:zlib'
import {
  type Address,
  Counter,
  type Features,
  Interest,
  KeepAlive,
  Layer,
  type Stream,
  type StreamInit,
} from '@camio/core/spi'
import { type Fragment, HEADER, readHeader } from './format.js'
import { type Bounds, Reassembly } from './reassembly.js'

export abstract class FragmentReader extends Layer {
  /** Looked for and not taken yet, or what is lent. */
  private next: Uint8Array | null = null
  /** Does it lie in the inner stream's lease? */
  private direct = false
  private lent = false
  /** Who sent what was put together; of what lies in the inner stream's lease that one knows it. */
  private sender: Address | undefined
  private readonly header: Fragment = { number: 0, length: 0, piece: 0, index: 0, crc: 0 }
  private readonly reassembly: Reassembly
  /** Frees what nobody will complete, while there is anything. */
  private timer: NodeJS.Timeout | null = null
  /** For who waits while a message is lent that is not the inner stream's: nobody else knows of that. */
  private readonly alive = new KeepAlive()

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    features: Features,
    private readonly most: number,
    bounds: Bounds,
  ) {
    super(inner, init, features)
    this.reassembly = new Reassembly(bounds, () => {
      this.stats.counters[Counter.overruns]! += 1
    })
  }

  tryRead(): Uint8Array | null {
    if (this.noRead) this.checkReadable()
    if (this.lent) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    const next = this.look()
    if (next === null) return null
    this.lent = true
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += next.length
    return next
  }

  release(): boolean {
    if (!this.lent) {
      if (this.closed) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    this.lent = false
    this.next = null
    const intact = this.direct ? this.inner.release() : true
    this.direct = false
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
    return intact
  }

  override get remote(): Address | undefined {
    return this.next === null || this.direct ? this.inner.remote : this.sender
  }

  get ended(): boolean {
    return !this.lent && this.next === null && this.error === null && this.inner.ended
  }

  protected holds(interest: number): boolean | null {
    if (interest !== Interest.READ) return null
    return !this.lent && (this.look() !== null || this.inner.ended)
  }

  /** @throws the stream's error */
  private look(): Uint8Array | null {
    if (this.error !== null) throw this.tell(this.error)
    while (this.next === null) {
      const lease = this.inner.tryRead()
      if (lease === null) break
      this.take(lease)
    }
    return this.next
  }

  /** What is no fragment of ours is not delivered: nobody who speaks this format has sent it. */
  private take(lease: Uint8Array): void {
    const { header } = this
    if (!readHeader(lease, this.most, header)) {
      this.stats.counters[Counter.overruns]! += 1
    } else if (header.length === lease.length - HEADER) {
      if (this.takeWhole(lease)) return
    } else {
      this.takePiece(lease)
    }
    this.inner.release()
  }

  private takeWhole(lease: Uint8Array): boolean {
    const message = lease.subarray(HEADER)
    if (crc32(message) !== this.header.crc) {
      this.stats.counters[Counter.overruns]! += 1
      return false
    }
    this.next = message
    this.direct = true
    return true
  }

  private takePiece(lease: Uint8Array): void {
    const { remote } = this.inner
    const key = remote === undefined ? '' : `${remote.host} ${remote.port}`
    const message = this.reassembly.add(lease, this.header, key)
    if (message !== null) {
      // Every byte was moved once (the first few of a long message twice), whatever the number of pieces.
      this.stats.counters[Counter.copies]! += 1
      this.next = message
      this.sender = remote && { host: remote.host, port: remote.port }
    }
    this.watchTime()
  }

  private watchTime(): void {
    if (this.timer !== null || this.reassembly.messages === 0) return
    const wait = this.reassembly.expire()
    if (wait === null) return
    // Nobody is kept alive by what may never be complete.
    this.timer = setTimeout(() => {
      this.timer = null
      this.watchTime()
    }, Math.ceil(wait)).unref()
  }

  /** While a message of its own is lent, only its release matters: the inner stream may have more. */
  override arm(interest: number): boolean {
    if (interest !== Interest.READ || !this.lent || this.direct) return super.arm(interest)
    this.alive.add(interest)
    return false
  }

  override disarm(interest: number): void {
    if (!this.alive.remove(interest)) super.disarm(interest)
  }

  override wake(interest: number): void {
    this.alive.remove(interest)
    super.wake(interest)
  }

  override ref(): this {
    this.alive.ref()
    return super.ref()
  }

  override unref(): this {
    this.alive.unref()
    return super.unref()
  }

  protected override async destroy(discard: boolean): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.alive.clear()
    this.reassembly.drop()
    await super.destroy(discard)
  }
}
