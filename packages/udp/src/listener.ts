/** `listen('udp://:port')`: one socket, and a stream for each address that datagrams come from. */
import { hostPortUri } from '@camio/core/net'
import { type CamioError, Counter, StreamStats, WaitingListener } from '@camio/core/spi'
import type { Engine } from './engine.js'
import { datagramFeatures } from './features.js'
import { Idle } from './idle.js'
import { Inbox } from './inbox.js'
import { datagramsIn } from './incoming.js'
import { type IncomingLoss, type Losses, noLosses } from './losses.js'
import { keyOf, NAME_SIZE, type NameKey, Remote, sameName } from './name.js'
import type { Outbox } from './outbox.js'
import { brokenSocket, type Hub, PeerStream } from './peer-stream.js'
import type { SocketPlan, UdpTarget } from './plan.js'
import type { Port, PortOwner } from './port.js'

/** Runs that are handed to their streams in one go: their readers must get a turn before their queues are full. */
const AT_ONCE = 64

export class UdpListener extends WaitingListener implements PortOwner, Hub {
  /** What is no stream's: system calls that receive, losses. */
  override readonly stats = new StreamStats()
  readonly counters = this.stats.counters
  private readonly lost = noLosses()
  private port!: Port
  /** Does it take new peers no more? */
  private shut = false
  /** Is the socket closed? */
  private gone = false
  /** Who has a stream that goes on, by address. */
  private readonly peers = new Map<NameKey, PeerStream>()
  /** Streams that are not closed: the socket lives as long as one of them. */
  private readonly streams = new Set<PeerStream>()
  private readonly waiting: PeerStream[] = []
  private readonly idle: Idle<PeerStream>
  /** The last datagram's: the next one is likely to be of the same. */
  private lastPeer: PeerStream | null = null
  private again: NodeJS.Immediate | null = null
  private bound: readonly string[] = []
  /** What broke the socket. */
  private failure: CamioError | null = null

  private constructor(
    private readonly target: UdpTarget,
    private readonly engine: Engine,
  ) {
    super()
    this.idle = new Idle(target.options.idle, (peer) => this.expire(peer))
  }

  static async open(target: UdpTarget, engine: Engine, plan: SocketPlan): Promise<UdpListener> {
    const listener = new UdpListener(target, engine)
    const port = await engine.open(target, plan, listener)
    listener.port = port
    listener.bound = [hostPortUri('udp', port.local)]
    return listener
  }

  get uris(): readonly string[] {
    return this.bound
  }

  /** Datagrams that no stream got: dropped by the system, or from new peers while there were too many. */
  get losses(): Losses {
    return this.lost
  }

  // ---------------------------------------------------------------------------------------------------- the socket

  arrived(): void {
    this.look()
  }

  /** Hands what came to the streams that it is for. */
  look(): void {
    const { port } = this
    if (this.gone) return
    let runs = 0
    while (runs < AT_ONCE && port.next()) {
      runs++
      this.hand(port)
    }
    // No event follows for what is there already.
    if (runs === AT_ONCE) this.again ??= setImmediate(() => this.lookAgain())
    else port.relax()
  }

  private lookAgain(): void {
    this.again = null
    this.look()
  }

  private hand(run: Port): void {
    const peer = this.peerOf(run)
    if (peer !== null) peer.deliver(run)
    else this.lostIncoming('queue', datagramsIn(run))
  }

  private peerOf({ names, nameAt }: Port): PeerStream | null {
    const { lastPeer } = this
    if (lastPeer !== null && sameName(names, nameAt, lastPeer.name, 0)) return lastPeer
    const key = keyOf(names, nameAt)
    const peer = this.peers.get(key) ?? this.newPeer(names.slice(nameAt, nameAt + NAME_SIZE), key)
    if (peer !== null) this.lastPeer = peer
    return peer
  }

  private newPeer(from: Uint8Array, key: NameKey): PeerStream | null {
    const { backlog, peers: most, queue, unreachable } = this.target.options
    if (this.shut || this.waiting.length >= backlog || this.peers.size >= most) return null
    const { name, writeCopies } = this.engine
    const uri = hostPortUri('udp', new Remote().show(from, 0).toJSON())
    const features = datagramFeatures({ engine: name, mode: this.target.mode, readCopies: 1, writeCopies })
    const parts = {
      hub: this,
      inbox: new Inbox(queue, from, () => this.look()),
      largest: this.port.largest,
      strict: unreachable === 'fail',
    }
    const peer = new PeerStream(this.target.init(uri, features), parts)
    this.peers.set(key, peer)
    this.streams.add(peer)
    this.waiting.push(peer)
    this.idle.watch(peer)
    this.respond()
    return peer
  }

  sendable(): void {
    for (const peer of this.streams) peer.sendable()
  }

  lostIncoming(cause: IncomingLoss, count: number): void {
    this.lost[cause] += count
    this.counters[Counter.overruns]! += count
  }

  bounced(name: Uint8Array | null, error: Error, mtu: number): void {
    const peer = name === null ? undefined : this.peers.get(keyOf(name, 0))
    if (peer === undefined) return
    // What it sent before it was gone comes first.
    this.look()
    peer.bounced(error, mtu)
  }

  broken(error: Error): void {
    this.failure = brokenSocket(this.uri, error)
    for (const peer of this.streams) peer.fail(brokenSocket(peer.uri, error))
    this.respond()
  }

  // ---------------------------------------------------------------------------------------------------- its streams

  get maySend(): boolean {
    return this.port.maySend
  }

  transmit(peer: PeerStream, outbox: Outbox): boolean {
    return this.port.send(outbox, peer)
  }

  private expire(peer: PeerStream): void {
    this.forget(peer)
    peer.expire()
    this.dismiss(peer)
  }

  /** Nobody accepted it while it spoke: somebody else may have its place in the line. */
  private dismiss(peer: PeerStream): void {
    const place = this.waiting.indexOf(peer)
    if (place < 0) return
    this.waiting.splice(place, 1)
    this.lostIncoming('queue', peer.unread())
    void peer.close({ discard: true })
  }

  /** A new stream may take its place, also one of the same address. */
  broke(peer: PeerStream): void {
    this.forget(peer)
  }

  left(peer: PeerStream): void {
    this.forget(peer)
    this.streams.delete(peer)
    this.letGo()
  }

  private forget(peer: PeerStream): void {
    this.idle.unwatch(peer)
    const key = keyOf(peer.name, 0)
    // The same address may have a new stream by now.
    if (this.peers.get(key) === peer) this.peers.delete(key)
    if (this.lastPeer === peer) this.lastPeer = null
  }

  // ---------------------------------------------------------------------------------------------------- accepting

  ready(): boolean {
    if (this.waiting.length === 0 && !this.closed) this.look()
    return this.closed || this.waiting.length > 0 || this.failure !== null
  }

  protected acceptNext(): PeerStream | null {
    if (this.waiting.length === 0) this.look()
    const peer = this.waiting.shift() ?? null
    if (peer === null && this.failure !== null) throw this.failure
    return peer
  }

  protected async shutDown(): Promise<void> {
    this.keepAlive.clear()
    // `closed` is set in a moment; until then nobody new may come in.
    this.shut = true
    const nobodys = this.waiting.splice(0)
    await Promise.all(nobodys.map((peer) => peer.close({ discard: true })))
    this.letGo()
  }

  /** The socket is needed as long as somebody accepts or has a stream. */
  private letGo(): void {
    if (!this.shut || this.streams.size > 0 || this.gone) return
    this.gone = true
    if (this.again !== null) clearImmediate(this.again)
    this.port.relax()
    this.port.close()
  }
}
