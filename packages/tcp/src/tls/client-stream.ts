/**
 * The client's end. In TLS 1.3 its handshake is over before the server has judged its certificate (RFC 8446, 4.4.2.4), so that
 * all it writes may be sent to somebody who refuses it. Until the server has answered, or had the time to refuse, `close`
 * waits for the verdict.
 */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { CamioError, type CloseOptions, Counter, type StreamInit, WRITE } from '@camio/core/spi'
import { TlsStream } from './stream.js'

/** A refusal comes one round trip after the handshake; this is many. */
const VERDICT_MS = 1000

export class TlsClientStream extends TlsStream {
  private readonly openedAt = performance.now()
  private outcome: Promise<void> | null = null
  private refusal: CamioError | null = null

  /** @param wire what `socket` runs over: it counts what came encrypted */
  constructor(init: StreamInit, socket: TLSSocket, wire: Socket) {
    super(init, socket)
    const { bytesRead } = wire
    // Before the stream takes it for an end. Node's own farewell swallows a reset that it runs into; what is left of it is an
    // end, but TLS's farewell is bytes, and so none came.
    socket.prependListener('end', () => {
      if (wire.bytesRead === bytesRead) this.refused()
    })
  }

  private refused(): void {
    const failure = this.failure(Object.assign(new Error('the connection was reset'), { code: 'ECONNRESET' }))
    if (this.closed) this.failedLate(failure)
    else this.fail(failure)
  }

  /** @throws what `Stream.close` throws; `ERR_CAMIO_TLS` or `ERR_CAMIO_RESET` if the server refused us and what we wrote */
  override close(options?: CloseOptions): Promise<void> {
    const closing = super.close(options)
    this.outcome ??= closing.then(() => {
      if (this.refusal !== null) throw this.refusal
    })
    return this.outcome
  }

  private get answered(): boolean {
    return this.stats.counters[Counter.bytes]! > 0
  }

  protected override get verdictMs(): number {
    if (this.answered || this.stats.counters[WRITE + Counter.messages] === 0) return 0
    return Math.max(0, this.openedAt + VERDICT_MS - performance.now())
  }

  protected override failedLate(error: CamioError): void {
    if (this.stats.counters[WRITE + Counter.messages]! > 0) this.refusal ??= error
  }

  protected override failure(error: Error): CamioError {
    const failure = super.failure(error)
    if (failure.code !== 'ERR_CAMIO_RESET' || this.answered) return failure
    const message = `${failure.message} (it never answered: it may want a certificate of ours, or refuse the one it got)`
    return new CamioError('ERR_CAMIO_RESET', message, { uri: this.uri, cause: error })
  }
}
