/** The engine on node:net, for platforms without the native part. */
import { createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { type HostPort, hostPortUri, parseLocal, samePort } from '@camio/core/net'
import { CamioError, type Listener, type Stream, type Target } from '@camio/core/spi'
import type { Engine, TcpTarget, UnixTarget } from '../engine.js'
import { socketFeatures } from '../features.js'
import { peerPolicy } from '../peer-policy.js'
import { type UnixName, unixUri } from '../unix-name.js'
import { connectSocket } from './connect.js'
import { listening, NodeListener } from './listener.js'
import { listenOnPath } from './socket-path.js'
import { SocketStream } from './stream.js'

export class NodeEngine implements Engine {
  readonly name = 'node'

  async connectIp(target: TcpTarget, place: HostPort, named: HostPort, signal: AbortSignal): Promise<Stream> {
    refuseBuffers(target)
    refuseCongestion(target)
    return this.tcpStream(target, await connectSocket(ipOptions(target, place), signal), named)
  }

  async listenIp(target: TcpTarget, hosts: readonly string[], port: number): Promise<Listener> {
    refuseBuffers(target)
    refuseCongestion(target)
    const { backlog } = target.options
    const { servers, places } = await bindIp(target, hosts, port, (options) => createServer(options))
    const listener = new NodeListener({
      uris: places.map((place) => hostPortUri('tcp', place)),
      servers,
      backlog,
      make: (socket) => this.tcpStream(target, socket, placeOf(socket.remoteAddress, socket.remotePort)),
    })
    for (const server of servers) server.on('connection', (socket) => listener.arrived(socket))
    return listener
  }

  private tcpStream(target: TcpTarget, socket: Socket, named: HostPort): Stream {
    const features = socketFeatures({ scheme: 'tcp', engine: this.name }, target.mode)
    return new SocketStream(target.init(hostPortUri('tcp', named), features), socket)
  }

  async connectUnix(target: UnixTarget, name: UnixName, signal: AbortSignal): Promise<Stream> {
    refuseBuffers(target)
    refuseStrictPeers(target, name)
    return this.unixStream(target, await connectSocket({ path: pathOf(name) }, signal), name)
  }

  async listenUnix(target: UnixTarget, name: UnixName): Promise<Listener> {
    refuseBuffers(target)
    refuseStrictPeers(target, name)
    const { backlog, perm } = target.options
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
    let cleanUp = () => {}
    if (name.abstract) await listening(server, { path: pathOf(name), backlog, exclusive: true })
    else cleanUp = await listenOnPath(server, name.name, Number.parseInt(perm, 8), backlog)
    const make = (socket: Socket) => this.unixStream(target, socket, name)
    const listener = new NodeListener({ uris: [unixUri(name)], servers: [server], backlog, make, cleanUp })
    server.on('connection', (socket) => listener.arrived(socket))
    return listener
  }

  private unixStream(target: UnixTarget, socket: Socket, name: UnixName): Stream {
    const features = socketFeatures({ scheme: 'unix', engine: this.name }, target.mode)
    return new SocketStream(target.init(unixUri(name), features), socket)
  }
}

/** What `tcp:` and `tls:` have in common here. */
type IpTarget = Target & {
  readonly options: Pick<TcpTarget['options'], 'nodelay' | 'keepalive' | 'reuseport' | 'bind' | 'backlog'>
}

export function ipOptions({ uri, options }: IpTarget, { host, port }: HostPort): NetConnectOpts {
  const local = options.bind === undefined ? undefined : parseLocal(options.bind, uri)
  return {
    host,
    port,
    noDelay: options.nodelay,
    keepAlive: options.keepalive,
    ...(local && { localAddress: local.host, localPort: local.port }),
  }
}

export interface ServerOptions {
  readonly allowHalfOpen: true
  readonly pauseOnConnect: true
  readonly noDelay: boolean
  readonly keepAlive: boolean
}

/** Binds every host to one port, or none. */
export async function bindIp<S extends Server>(
  target: IpTarget,
  hosts: readonly string[],
  port: number,
  create: (options: ServerOptions) => S,
): Promise<{ servers: S[]; places: HostPort[] }> {
  const { options, uri } = target
  if (options.reuseport) refuseReusePort(uri)
  const { nodelay: noDelay, keepalive: keepAlive, backlog, reuseport: reusePort } = options
  const portOf = (server: S) => (server.address() as { port: number }).port
  const servers = await samePort(hosts, port, {
    async bind(host, at) {
      const server = create({ allowHalfOpen: true, pauseOnConnect: true, noDelay, keepAlive })
      await listening(server, { host, port: at, backlog, exclusive: true, ...(reusePort && { reusePort }) })
      return server
    },
    portOf,
    close: (server) => void server.close(),
  })
  return { servers, places: servers.map((server, i) => ({ host: hosts[i]!, port: portOf(server) })) }
}

export function placeOf(host: string | undefined, port: number | undefined): HostPort {
  return { host: host ?? 'unknown', port: port ?? 0 }
}

/** `\0` begins an abstract name for the system. */
function pathOf({ name, abstract }: UnixName): string {
  return abstract ? `\0${name}` : name
}

function unsupported(uri: string, why: string): CamioError {
  return new CamioError('ERR_CAMIO_UNSUPPORTED', `${uri}: ${why}`, { uri })
}

function refuseBuffers({ uri, options }: { uri: string; options: { rcvbuf: number; sndbuf: number } }): void {
  if (options.rcvbuf > 0 || options.sndbuf > 0) throw unsupported(uri, 'rcvbuf and sndbuf need the native engine')
}

/** `auto` does what the engine can: nothing. */
function refuseCongestion({ uri, options }: TcpTarget): void {
  if (options.congestion === 'auto' || options.congestion === 'system') return
  throw unsupported(uri, `congestion=${options.congestion} needs the native engine`)
}

function refuseReusePort(uri: string): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)) return
  throw unsupported(uri, 'reuseport needs the native engine or Node 22.12')
}

function refuseStrictPeers(target: UnixTarget, name: UnixName): void {
  if (!peerPolicy(target, name).strict) return
  const why = name.abstract
    ? 'anybody can connect to an abstract name; allow it with uid=any'
    : 'uid= cannot be checked'
  throw unsupported(target.uri, `the node engine does not know the other end's user: ${why}`)
}
