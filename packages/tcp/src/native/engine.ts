/** The native engine: sockets made, and made into streams. */
import { type HostPort, hostPortUri, parseLocal, samePort } from '@camio/core/net'
import type { Listener, Stream } from '@camio/core/spi'
import type { Engine, TcpTarget, UnixTarget } from '../engine.js'
import { socketFeatures } from '../features.js'
import { peerPolicy } from '../peer-policy.js'
import { type UnixName, unixUri } from '../unix-name.js'
import { Flag, type NativeSockets } from './binding.js'
import { unpacedHere, withCongestion } from './congestion.js'
import { connection } from './connect.js'
import { NativeListener } from './listener.js'
import { NativeStream } from './stream.js'
import { queueHasRoom } from './unix-queue.js'

export class NativeEngine implements Engine {
  readonly name = 'native'

  constructor(private readonly sockets: NativeSockets) {}

  async connectIp(target: TcpTarget, place: HostPort, named: HostPort, signal: AbortSignal): Promise<Stream> {
    const { options, uri } = target
    const { binding, dispatcher } = this.sockets
    signal.throwIfAborted()
    const local = options.bind === undefined ? { host: '', port: 0 } : parseLocal(options.bind, uri)
    const { host, port } = place
    const made = withCongestion(target, (congestion) =>
      binding.connectIp(host, port, local.host, local.port, flagsOf(options), buffersOf(options), congestion),
    )
    const connecting = dispatcher.opened(made)
    const slot = await connection(this.sockets, connecting, signal)
    return this.tcpStream(target, slot, named)
  }

  async listenIp(target: TcpTarget, hosts: readonly string[], port: number): Promise<Listener> {
    const { binding, dispatcher } = this.sockets
    const { options } = target
    const bound = await samePort(hosts, port, {
      bind: (host, at) => {
        const made = withCongestion(target, (congestion) =>
          binding.listenIp(host, at, options.backlog, flagsOf(options), buffersOf(options), congestion),
        )
        return dispatcher.opened(made)
      },
      portOf: (slot) => (binding.localAddress(slot) as HostPort).port,
      close: (slot) => dispatcher.close(slot, false),
    })
    const uris = bound.map((slot) => hostPortUri('tcp', binding.localAddress(slot) as HostPort))
    return new NativeListener(uris, this.sockets, bound, (slot) => this.acceptedTcp(target, slot), unpacedHere(options))
  }

  private acceptedTcp(target: TcpTarget, slot: number): Stream | null {
    const peer = this.sockets.binding.peerAddress(slot)
    // Gone while it waited. Whatever it sent cannot be told from a stream that was reset before it began.
    if (peer === null || !('host' in peer)) {
      this.sockets.dispatcher.close(slot, true)
      return null
    }
    return this.tcpStream(target, slot, peer)
  }

  private tcpStream(target: TcpTarget, slot: number, named: HostPort): Stream {
    return this.orClose(slot, () => {
      const features = socketFeatures({ scheme: 'tcp', engine: this.name }, target.mode)
      const init = target.init(hostPortUri('tcp', named), features)
      // Without nodelay the system itself holds back what is not full, and must not be told to stop that.
      return new NativeStream(init, this.sockets, slot, 'tcp', target.options.nodelay)
    })
  }

  /** What is made of a slot owns it; where nothing comes of it, it is closed. */
  private orClose<T>(slot: number, make: () => T): T {
    try {
      return make()
    } catch (error) {
      this.sockets.dispatcher.close(slot, true)
      throw error
    }
  }

  async connectUnix(target: UnixTarget, name: UnixName, signal: AbortSignal): Promise<Stream> {
    const { binding, dispatcher } = this.sockets
    const attempt = () => binding.connectUnix(name.name, name.abstract, 0, buffersOf(target.options))
    const connecting = dispatcher.opened(await queueHasRoom(attempt, signal))
    const slot = await connection(this.sockets, connecting, signal)
    const refusal = this.orClose(slot, () => peerPolicy(target, name).refuse(binding.peerUid(slot)))
    if (refusal === null) return this.unixStream(target, slot, name)
    dispatcher.close(slot, true)
    throw refusal
  }

  listenUnix(target: UnixTarget, name: UnixName): Listener {
    const { binding, dispatcher } = this.sockets
    const { options } = target
    const policy = peerPolicy(target, name)
    const mode = Number.parseInt(options.perm, 8)
    const listening = dispatcher.opened(
      binding.listenUnix(name.name, name.abstract, mode, options.backlog, 0, buffersOf(options)),
    )
    return new NativeListener([unixUri(name)], this.sockets, [listening], (slot) => {
      const refusal = this.orClose(slot, () => policy.refuse(binding.peerUid(slot)))
      if (refusal === null) return this.unixStream(target, slot, name)
      dispatcher.close(slot, true)
      return null
    })
  }

  private unixStream(target: UnixTarget, slot: number, name: UnixName): Stream {
    return this.orClose(slot, () => {
      const features = socketFeatures({ scheme: 'unix', engine: this.name }, target.mode)
      return new NativeStream(target.init(unixUri(name), features), this.sockets, slot, 'unix')
    })
  }
}

function flagsOf(options: TcpTarget['options']): number {
  const { nodelay, keepalive, reuseport } = options
  return (
    (nodelay ? Flag.NODELAY : 0) |
    (keepalive ? Flag.KEEPALIVE : 0) |
    (reuseport ? Flag.REUSEPORT : 0) |
    (unpacedHere(options) ? Flag.UNPACED_HERE : 0)
  )
}

function buffersOf({ rcvbuf, sndbuf }: { readonly rcvbuf: number; readonly sndbuf: number }): Int32Array {
  return Int32Array.of(rcvbuf, sndbuf)
}
