/** A stream of `xdp:`. Two of them that share a memory hand frames over to each other. */
import { FrameStream } from '@camio/core/link'
import type { Stream, StreamInit } from '@camio/core/spi'
import type { XdpPort } from './port.js'

export class XdpStream extends FrameStream {
  override readonly region: object

  constructor(
    init: StreamInit,
    protected override readonly port: XdpPort,
    region: object,
    /** What came of `attach=` and `zerocopy=`. */
    readonly runs: { readonly native: boolean; readonly zerocopy: boolean },
    mac: string,
  ) {
    super(init, port, mac)
    this.region = region
  }

  override handOver(): void {
    this.port.rx!.handOver()
    this.handedOver()
  }

  override adopt(source: Stream): boolean {
    const from = source as XdpStream
    const { length } = from.source
    if (!this.adoptFrame(length, () => this.port.tx!.adopt(from.port.rx!))) return false
    from.handOver()
    return true
  }

  protected override destroy(discard: boolean): void | Promise<void> {
    // A frame that was looked at and never lent: memory that is shared outlives this stream.
    if (!this.isLent) this.source.free()
    return super.destroy(discard)
  }
}
