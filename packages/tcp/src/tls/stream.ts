/** An encrypted connection. */
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import type { CamioError, StreamInit } from '@camio/core/spi'
import { SocketStream } from '../node/stream.js'
import { tlsFailure } from './failure.js'

export class TlsStream extends SocketStream {
  /** What `alpn` agreed on; `null`: nothing. */
  readonly protocol: string | null
  /** The other side's certificate; `null` if it showed none. */
  readonly peerCertificate: DetailedPeerCertificate | null

  constructor(init: StreamInit, socket: TLSSocket) {
    super(init, socket)
    this.protocol = socket.alpnProtocol || null
    const certificate = socket.getPeerCertificate(true) as DetailedPeerCertificate | null
    this.peerCertificate = certificate?.raw ? certificate : null
  }

  protected override failure(error: Error): CamioError {
    return tlsFailure(error, this.uri, 'lost')
  }

  /** Node cannot reset a TLS socket, and crashes (20.20) when what it runs over is reset under it. */
  protected override destroySocket(): void {
    this.socket.destroy()
  }
}
