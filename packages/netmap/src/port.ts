/** An open port of netmap: rings in shared memory, and the two system calls that move them on. */
import { setTimeout as pause } from 'node:timers/promises'
import {
  Corrupt,
  type FrameFiller,
  type FrameSink,
  type FrameSource,
  NO_SOURCE,
  type Port,
  type PortOwner,
} from '@camio/core/link'
import { type BatchWriter, CamioError, Counter, Epoll, systemError, type Watched, WRITE } from '@camio/core/spi'
import type { OpenedPort, Sockets } from './binding.js'
import type { Memory } from './memory.js'
import { Ring } from './ring.js'
import { RxQueue } from './rx.js'
import { TxQueue } from './tx.js'

/**
 * Netmap says neither that an interface was removed nor, of a card, always that frames were sent: so often it is looked, in
 * milliseconds.
 */
const PULSE = 250
/** How often a port that closes looks whether its frames are sent, in milliseconds. */
const AGAIN = 1
/** How long it does so at most: a card that has no link never sends. */
const PATIENCE = 500

const NOWHERE = new Uint8Array(0)

export interface PortParts extends Sockets {
  readonly opened: OpenedPort
  readonly memory: Memory
  readonly uri: string
  readonly reads: boolean
  readonly writes: boolean
}

export class NetmapPort implements Port, FrameSink, Watched {
  readonly source: FrameSource
  readonly sink: FrameSink = this
  readonly memory: Memory
  readonly rx: RxQueue | null
  readonly tx: TxQueue | null
  /** A claim that is refused has asked the kernel already. */
  readonly maySend = false

  private owner!: PortOwner
  private readonly slot: number
  private gone = false
  private arrived = false
  private sendable = false
  private failed = false
  private scheduled: NodeJS.Immediate | null = null
  private pulse: NodeJS.Timeout | null = null

  constructor(private readonly parts: PortParts) {
    const { opened, memory, dispatcher, reads, writes } = parts
    this.slot = opened.slot
    this.memory = memory
    const ringOf = (place: OpenedPort['tx'][number]) => new Ring(this.memory, place)
    this.rx = reads ? new RxQueue(this.memory, opened.rx.map(ringOf)) : null
    this.tx = writes ? new TxQueue(this.memory, opened.tx.map(ringOf)) : null
    this.source = this.rx ?? NO_SOURCE
    dispatcher.own(this.slot, this)
  }

  start(owner: PortOwner): void {
    this.owner = owner
    const { counters } = owner
    if (this.parts.opened.interface !== null) this.pulse = setInterval(() => this.feel(), PULSE).unref()
    if (this.rx !== null) {
      this.rx.owner = { counters, rxSync: () => this.rxSync(), freed: () => this.schedule() }
    }
    if (this.tx !== null) this.tx.owner = { counters, txSync: () => this.txSync() }
  }

  // ---------------------------------------------------------------------------------------------------- system calls

  private rxSync(): void {
    this.owner.counters[Counter.systemCalls]! += 1
    const status = this.parts.binding.rxSync(this.slot)
    if (status < 0) this.broken(-status)
  }

  private txSync(): void {
    this.owner.counters[WRITE + Counter.systemCalls]! += 1
    const status = this.parts.binding.txSync(this.slot)
    if (status < 0) this.broken(-status)
  }

  /** Whoever reads on asks the kernel soon; whoever does not would keep a sender waiting. */
  private schedule(): void {
    this.scheduled ??= setImmediate(() => {
      this.scheduled = null
      if (this.gone || this.rx === null || !this.rx.owes) return
      this.guard(() => this.rx!.sync())
      this.owner.arrived()
    })
  }

  /** For what no call of the program's asked for. */
  private guard(look: () => void): void {
    try {
      look()
    } catch (error) {
      this.owner.corrupted(error)
    }
  }

  // ---------------------------------------------------------------------------------------------------- events

  note(events: number): void {
    if (events & Epoll.IN) this.arrived = true
    if (events & Epoll.OUT) this.sendable = true
    if (events & Epoll.ERR) this.failed = true
  }

  respond(): void {
    const { arrived, sendable, failed } = this
    this.arrived = this.sendable = this.failed = false
    if (failed) this.feel()
    if (arrived) this.owner.arrived()
    if (sendable) this.owner.sendable()
  }

  /** The memory needs no telling: whoever waits is told of changes. */
  arm(): void {}

  private feel(): void {
    const { interface: card } = this.parts.opened
    if (this.gone) return
    if (card !== null && !this.parts.binding.isThere(card.index)) {
      this.removed()
      return
    }
    if (card !== null) this.guard(() => this.sendRest())
    this.owner.sendable()
  }

  /** A card may take less than it was given, and goes on when it is asked again. */
  private sendRest(): void {
    if (this.tx !== null && !this.tx.sent) this.tx.send()
  }

  private removed(): void {
    this.gone = true
    const { uri } = this.parts
    this.owner.fail(new CamioError('ERR_CAMIO_PEER_LOST', `${uri}: the interface was removed`, { uri }))
  }

  private broken(errno: number): void {
    if (this.gone) return
    this.gone = true
    const { uri } = this.parts
    const cause = systemError(errno, 'ioctl')
    const message = `${uri}: the port is gone, or its interface is down`
    this.owner.fail(new CamioError('ERR_CAMIO_PEER_LOST', message, { uri, errno, cause }))
  }

  /** A full ring is seen; what did not fit into it is not. */
  countLosses(): void {}

  // ---------------------------------------------------------------------------------------------------- out

  get bytes(): Uint8Array {
    return this.tx === null ? NOWHERE : this.tx.bytes
  }
  get empty(): boolean {
    return this.tx === null || this.tx.empty
  }
  claim(length: number): number {
    return this.tx!.claim(length)
  }
  get due(): boolean {
    return this.tx?.due ?? false
  }
  append(length: number): void {
    this.tx!.append(length)
  }
  get piece(): number {
    return this.tx!.piece
  }
  fill(fn: BatchWriter, length: number, index: number, limit: number, filler: FrameFiller): boolean {
    return this.tx!.fill(fn, length, index, limit, filler)
  }
  cancel(): void {}

  send(): boolean {
    this.tx!.send()
    return !this.gone
  }

  // ---------------------------------------------------------------------------------------------------- the end

  async close(linger: number): Promise<void> {
    if (this.pulse !== null) clearInterval(this.pulse)
    if (this.scheduled !== null) clearImmediate(this.scheduled)
    if (linger > 0) await this.sent(linger)
    this.gone = true
    this.memory.leave()
    await this.parts.dispatcher.close(this.slot, false)
  }

  /** A card sends what is in its ring only for as long as the port is open. */
  private async sent(linger: number): Promise<void> {
    const { tx } = this
    if (tx === null || this.parts.opened.interface === null) return
    const end = performance.now() + Math.min(linger, PATIENCE)
    try {
      while (!this.gone && !tx.sent && performance.now() < end) {
        tx.send()
        if (!tx.sent) await pause(AGAIN)
      }
    } catch (error) {
      if (!(error instanceof Corrupt)) throw error
    }
  }
}
