/** A `net.Socket` or `tls.TLSSocket` as a byte stream: chunks are lent as Node received them. */
import type { Socket } from 'node:net'
import {
  type Address,
  CamioError,
  ChunkStream,
  type CloseOptions,
  Counter,
  fromSystemError,
  Interest,
  KeepAlive,
  PENDING,
  type StreamInit,
  WRITE,
} from '@camio/core/spi'
import { WindDown } from './wind-down.js'

export class SocketStream extends ChunkStream {
  private readonly keepAlive = new KeepAlive()
  private readonly gone: Promise<void>
  private windDown: WindDown | null = null
  private endSeen = false
  private readonly address: Address | undefined

  /** @param socket connected, `allowHalfOpen`, and not read from yet */
  constructor(
    init: StreamInit,
    protected readonly socket: Socket,
  ) {
    super(init)
    const { remoteAddress: host, remotePort: port } = socket
    this.address = host !== undefined && port !== undefined ? { host, port } : undefined
    // Whoever waits keeps the process alive; the socket by itself does not.
    socket.unref()
    this.gone = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('error', (error) => this.fail(this.failure(error)))
    socket.on('close', () => this.vanished())
    socket.on('end', () => this.sawEnd())
    // A TLS socket reads to shake hands, and may have met the end before anybody asked for it.
    if (socket.readableEnded) this.sawEnd()
    if (!init.features.readable) return
    socket.on('data', (chunk: Buffer) => this.got(chunk))
    socket.resume()
  }

  // ---------------------------------------------------------------------------------------------------- events

  private got(chunk: Buffer): void {
    this.keepAlive.remove(Interest.READ)
    this.stats.counters[Counter.systemCalls]! += 1
    // A plain array: `subarray` of a Buffer takes twice as long.
    this.received(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
  }

  private sawEnd(): void {
    this.endSeen = true
    this.keepAlive.remove(Interest.READ)
    this.receivedEnd()
  }

  /** The socket closed. Without an end and without an error, the other side did not say goodbye. */
  private vanished(): void {
    this.keepAlive.clear()
    if (this.endSeen || this.error !== null || this.closed) return
    this.fail(new CamioError('ERR_CAMIO_PEER_LOST', `${this.uri}: the connection broke off`, { uri: this.uri }))
  }

  /** What an error of the socket means. */
  protected failure(error: Error): CamioError {
    return fromSystemError(error, this.uri, 'lost')
  }

  protected override armPull(): boolean {
    if (super.armPull()) return true
    this.keepAlive.add(Interest.READ)
    return false
  }
  protected override disarmPull(): void {
    this.keepAlive.remove(Interest.READ)
  }
  protected pauseSource(): void {
    this.socket.pause()
  }
  protected resumeSource(): void {
    this.socket.resume()
  }

  ref(): this {
    this.keepAlive.ref()
    return this
  }
  unref(): this {
    this.keepAlive.unref()
    return this
  }

  override get remote(): Address | undefined {
    return this.address
  }

  // ---------------------------------------------------------------------------------------------------- writing

  protected push(source: Uint8Array, offset: number, length: number, second: number): number {
    const { socket } = this
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    this.keepAlive.add(Interest.WRITE)
    const written = (error?: Error | null) => this.written(length + second, error)
    const first = source.subarray(offset, offset + length)
    if (second === 0) {
      socket.write(first, written)
      return PENDING
    }
    socket.cork()
    socket.write(first)
    socket.write(source.subarray(0, second), written)
    socket.uncork()
    return PENDING
  }

  private written(count: number, error: Error | null | undefined): void {
    this.keepAlive.remove(Interest.WRITE)
    if (error) this.fail(this.failure(error))
    this.pushed(error ? 0 : count)
  }

  /** Between two pushes there is always room: it is the push that waits. */
  protected armPush(): boolean {
    return true
  }
  protected disarmPush(): void {}

  // ---------------------------------------------------------------------------------------------------- the end

  protected endWrite(): void {
    if (this.socket.writable) this.socket.end()
  }

  override close(options?: CloseOptions): Promise<void> {
    if (options?.discard) this.windDown?.hurry()
    return super.close(options)
  }

  /** How long the peer may still refuse us after everything was sent, in milliseconds. */
  protected get verdictMs(): number {
    return 0
  }

  /** What broke the connection while it was wound down: too late for `fail`. */
  protected failedLate(_error: CamioError): void {}

  protected async closeTransport(discard: boolean): Promise<void> {
    const { socket } = this
    this.keepAlive.clear()
    if (!discard && this.error === null && !socket.destroyed) {
      socket.once('error', (error) => this.failedLate(this.failure(error)))
      this.windDown = new WindDown(socket, this.lingerLeft(), this.verdictMs)
      await this.windDown.done
    }
    if (!socket.destroyed) this.destroySocket(discard)
    await this.gone
  }

  protected destroySocket(discard: boolean): void {
    const { socket } = this
    // While the end is on its way libuv refuses to reset, and Node would keep the descriptor. Unix sockets know no reset.
    const ending = socket.writableEnded && !socket.writableFinished
    if (discard && !ending && this.address !== undefined) socket.resetAndDestroy()
    else socket.destroy()
  }
}
