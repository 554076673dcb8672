/** The server's side of TLS: a connection is accepted when its handshake is over. */
import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { hostPortUri } from '@camio/core/net'
import { CamioError, type Listener } from '@camio/core/spi'
import { socketFeatures } from '../features.js'
import { bindIp, placeOf } from '../node/engine.js'
import { NodeListener } from '../node/listener.js'
import { credentials, type TlsTarget, usable } from './credentials.js'
import { TlsStream } from './stream.js'

/** @param hosts numeric; all get the same port */
export async function listenTls(target: TlsTarget, hosts: readonly string[], port: number): Promise<Listener> {
  const { options, uri } = target
  const own = await credentials(target)
  if (own.cert === undefined || own.key === undefined) {
    const message = `${uri} needs a certificate to listen: cert and key, cert-file and key-file, or $CAMIO_TLS_CERT and $CAMIO_TLS_KEY`
    throw new CamioError('ERR_CAMIO_TLS', message, { uri })
  }
  const { servers, places } = await bindIp(target, hosts, port, (base) =>
    usable(uri, () =>
      createServer({
        ...base,
        ...own,
        requestCert: options.clientCert !== 'none',
        // Node would end the connection of a client that it does not trust, and an end tells nobody that he was refused.
        rejectUnauthorized: false,
        handshakeTimeout: options.connectTimeout,
        ...(options.alpn !== undefined && { ALPNProtocols: options.alpn.split(',') }),
      }),
    ),
  )
  const features = socketFeatures({ scheme: 'tls', engine: 'node' }, target.mode)
  const handshakes = new Handshakes()
  const listener = new NodeListener({
    uris: places.map((place) => hostPortUri('tls', place)),
    servers,
    backlog: options.backlog,
    make(socket) {
      const peer = hostPortUri('tls', placeOf(socket.remoteAddress, socket.remotePort))
      return new TlsStream(target.init(peer, features), socket as TLSSocket)
    },
    cleanUp: () => handshakes.end(),
  })
  for (const server of servers) {
    server.on('connection', (socket: Socket) => handshakes.begun(socket))
    server.on('secureConnection', (socket) => {
      const raw = handshakes.over(socket)
      if (options.clientCert === 'require' && !socket.authorized) return refuse(socket, raw)
      socket.pause()
      listener.arrived(socket)
    })
  }
  return listener
}

/**
 * Nothing was written yet, so that the socket beneath can be reset: the client, for whom the handshake went well, must not
 * find an end as if all that it sent had been taken.
 */
function refuse(secure: TLSSocket, raw: Socket | undefined): void {
  secure.on('error', () => {})
  if (raw === undefined || raw.destroyed) secure.destroy()
  else raw.resetAndDestroy()
}

/** Connections that are not secure yet: nobody else would end them when the listener closes. */
class Handshakes {
  /** By the peer's address: the secure socket is another object than the one that it runs over. */
  private readonly sockets = new Map<string, Socket>()

  begun(socket: Socket): void {
    const key = keyOf(socket)
    this.sockets.set(key, socket)
    socket.once('close', () => {
      if (this.sockets.get(key) === socket) this.sockets.delete(key)
    })
  }

  /** @returns what the secure socket runs over */
  over(secure: Socket): Socket | undefined {
    const key = keyOf(secure)
    const raw = this.sockets.get(key)
    this.sockets.delete(key)
    return raw
  }

  end(): void {
    for (const socket of this.sockets.values()) socket.destroy()
    this.sockets.clear()
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
