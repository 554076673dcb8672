/** A stream of `netmap:` or `vale:`. Two of them with one memory exchange buffers instead of copying frames. */
import { FrameStream } from '@camio/core/link'
import type { Stream, StreamInit } from '@camio/core/spi'
import type { ExtraBuffers, KeptFrame } from './extra.js'
import type { NetmapPort } from './port.js'

/** What the port granted. */
export interface Granted {
  /** The kernel's number of the memory. */
  readonly memory: number
  readonly rx: { readonly rings: number; readonly slots: number }
  readonly tx: { readonly rings: number; readonly slots: number }
  /** Bytes of a buffer: a longer frame takes several slots. */
  readonly buffer: number
  readonly extra: number
}

export class NetmapStream extends FrameStream {
  override readonly region: object

  constructor(
    init: StreamInit,
    protected override readonly port: NetmapPort,
    readonly granted: Granted,
    private readonly extra: ExtraBuffers,
    mac: string,
    /** A monitor's buffers are the watched port's: none changes hands. */
    private readonly monitor: boolean,
  ) {
    super(init, port, mac)
    this.region = monitor ? Object.freeze({ monitor: this.uri }) : port.memory.region
  }

  /**
   * How often a ring was found full, when frames that came then were lost, at a switch without a sign to anybody: so often at least.
   * Netmap tells nobody how many.
   */
  get ringsFull(): number {
    return this.port.rx?.full ?? 0
  }

  /**
   * Releases the lease, and keeps the frame where it lies for as long as the program wants: an extra buffer (`extra=`) takes its place in
   * the ring.
   * @returns `null`: none is free, or the frame lies in several buffers; the lease stays out
   * @throws `ERR_CAMIO_MISUSE` without a lease
   */
  keep(): KeptFrame | null {
    if (!this.hasLease) throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to keep')
    const { rx } = this.port
    if (this.monitor || rx === null || !rx.inOneBuffer) return null
    const kept = this.extra.exchange(rx)
    if (kept !== null) this.release()
    return kept
  }

  override handOver(): void {
    this.source.free()
    this.handedOver()
  }

  override adopt(source: Stream): boolean {
    const from = source as NetmapStream
    const { length } = from.source
    if (!this.adoptFrame(length, () => this.exchange(from))) return false
    from.handOver()
    return true
  }

  private exchange(from: NetmapStream): boolean {
    try {
      return this.port.tx!.adopt(from.port.rx!)
    } catch (error) {
      this.corrupted(error)
      throw this.tell(this.error!)
    }
  }

  protected override destroy(discard: boolean): void | Promise<void> {
    this.extra.giveBack()
    return super.destroy(discard)
  }
}
