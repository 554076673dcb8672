/** The server's side: binds, and says who is welcome. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { badUri, samePort } from '@camio/core/net'
import { CamioError, fromSystemError, type Listener, type Stream } from '@camio/core/spi'
import { WebSocketServer } from 'ws'
import { credentials } from './credentials.js'
import { failure } from './failure.js'
import { wsFeatures } from './features.js'
import { ACCEPTED, halfCloses } from './half-close.js'
import { WsListener } from './listener.js'
import type { WssTarget, WsTarget } from './options.js'
import { type Place, placeUri, requestUrl, type Scheme } from './place.js'
import { WsStream } from './stream.js'

type Create = () => Server

/** @param hosts numeric; all get the same port, or none */
export async function listenWs(
  scheme: Scheme,
  target: WsTarget,
  place: Place,
  hosts: readonly string[],
  create: Create = createServer,
): Promise<Listener> {
  const { options, uri } = target
  if (place.path.includes('?')) throw badUri(uri, 'has a query, which only clients send')
  const features = wsFeatures(scheme, 'server')
  const servers = await bind(target, place, hosts, create)
  const at = servers.map((server, i) => placeUri(scheme, { ...place, host: hosts[i]!, port: portOf(server) }))
  const path = requestUrl(scheme, place).pathname
  return new WsListener({
    uris: at,
    servers,
    handshake: handshake(options, target.init(at[0]!, features).limits.maxMessage),
    halfClose: !options.text,
    backlog: options.backlog,
    check: (request) => refusal(request, path, options.origin),
    make: (connection): Stream => {
      const { remoteAddress: host = 'unknown', remotePort: port = 0 } = connection.socket
      return new WsStream(target.init(placeUri(scheme, { ...place, host, port }), features), connection, options)
    },
  })
}

/** @throws `ERR_CAMIO_TLS` without a certificate */
export async function listenWss(target: WssTarget, place: Place, hosts: readonly string[]): Promise<Listener> {
  const { uri } = target
  const own = await credentials(target)
  if (own.cert === undefined || own.key === undefined)
    throw new CamioError(
      'ERR_CAMIO_TLS',
      `${uri} needs a certificate to listen: cert and key, or cert-file and key-file`,
      {
        uri,
      },
    )
  return listenWs('wss', target, place, hosts, () => {
    try {
      return createTlsServer(own)
    } catch (error) {
      throw failure(error, uri, 'cannot use the certificate or key of')
    }
  })
}

function handshake({ text, protocol }: WsTarget['options'], maxPayload: number): WebSocketServer {
  const protocols = protocol?.split(',') ?? []
  const handshake = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    handleProtocols: (offered) => protocols.find((name) => offered.has(name)) ?? false,
  })
  handshake.on('headers', (answer, request) => {
    if (!text && halfCloses(request.headers)) answer.push(ACCEPTED)
  })
  return handshake
}

async function bind(target: WsTarget, { port }: Place, hosts: readonly string[], create: Create): Promise<Server[]> {
  try {
    return await samePort(hosts, port, {
      bind: (host, at) => listening(create(), { host, port: at, backlog: target.options.backlog, exclusive: true }),
      portOf,
      close: (server) => void server.close(),
    })
  } catch (error) {
    throw fromSystemError(error, target.uri, 'cannot listen on')
  }
}

function listening(server: Server, options: object): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/**
 * A browser says in `Origin` whose page asks, and lets every page ask every server: only the server can refuse (RFC 6455,
 * section 10.2). Programs send no such header.
 */
function refusal({ url = '', headers }: IncomingMessage, path: string, origins = ''): number | null {
  if (url.split('?', 1)[0] !== path) return 404
  const { origin } = headers
  return origin === undefined || origins === '*' || origins.split(',').includes(origin) ? null : 403
}
