/** A socket of AF_XDP: frames in and out by rings, and the few system calls that these need. */

import { constants } from 'node:os'
import {
  type FrameFiller,
  type FrameSink,
  type FrameSource,
  NO_SOURCE,
  type Port,
  type PortOwner,
} from '@camio/core/link'
import {
  type BatchWriter,
  CamioError,
  Counter,
  type Dispatcher,
  Epoll,
  Interest,
  systemError,
  type Watched,
  WRITE,
} from '@camio/core/spi'
import type { Binding, XdpSocket } from '../binding.js'
import { Gather } from './gather.js'
import { CHUNK, type Memory, type Seat } from './memory.js'
import { RxQueue } from './rx.js'
import { TxQueue } from './tx.js'

const { EAGAIN, EBUSY, ENETDOWN, ENOBUFS, ENXIO } = constants.errno

/** Not now: the kernel's buffers are full, or the driver is busy. */
const LATER = new Set([EAGAIN, EBUSY, ENOBUFS])

/**
 * Epoll is told neither that the interface is removed or up again (xsk_poll in net/xdp/xsk.c), nor of completions by themselves: so
 * often it is looked, in milliseconds.
 */
const PULSE = 250

/** struct xdp_statistics: frames that found no chunk, or no room in the ring; descriptors that the kernel would not send. */
const Statistic = { RX_DROPPED: 0, TX_INVALID: 2, RX_FULL: 3, NUMBERS: 6 } as const

/** The kernel sends so many by one call (TX_BATCH_SIZE in net/xdp/xsk.c): to wait for more saves none. */
const TOGETHER = 32

const NOWHERE = new Uint8Array(0)

export interface XdpParts {
  readonly binding: Binding
  readonly dispatcher: Dispatcher
  readonly socket: XdpSocket
  readonly seat: Seat
  readonly uri: string
  /** Milliseconds that frames may gather for while many come. */
  readonly gather: number
}

export class XdpPort implements Port, FrameSink, Watched {
  readonly source: FrameSource
  readonly sink: FrameSink = this
  readonly piece = CHUNK
  readonly rx: RxQueue | null
  readonly tx: TxQueue | null
  maySend = true

  private readonly binding: Binding
  private readonly slot: number
  private readonly memory: Memory
  private readonly gather: Gather
  private owner!: PortOwner
  private readonly statistics = new Float64Array(Statistic.NUMBERS)
  private lostIncoming = 0
  private lostOutgoing = 0
  private arrived = false
  private failed = false
  private gone = false
  /** The interface was down when something was to be sent. */
  private down = false
  private readonly pulse = setInterval(() => this.feel(), PULSE).unref()
  private readonly collect = () => this.guard(() => this.tx?.collect())

  constructor(private readonly parts: XdpParts) {
    const { socket, seat, dispatcher, binding } = parts
    const { rx, fill, tx, completion, slot } = socket
    this.binding = binding
    this.slot = slot
    this.memory = seat.memory
    this.gather = new Gather(binding, parts.gather, rx?.entries ?? 0)
    this.rx = rx === null ? null : new RxQueue(seat, rx, fill)
    this.tx = tx === null ? null : new TxQueue(seat, tx, completion)
    this.source = this.rx ?? NO_SOURCE
    this.memory.collectors.add(this.collect)
    dispatcher.own(slot, this)
  }

  /** The stream is made: the kernel gets memory to receive into. */
  start(owner: PortOwner): void {
    this.owner = owner
    if (this.rx === null) return
    this.rx.owner = { counters: owner.counters, pull: () => this.pull() }
    this.guard(() => this.rx!.refill())
  }

  private pull(): void {
    this.owner.counters[Counter.systemCalls]! += 1
    this.binding.xdpPull(this.slot)
  }

  /** For what no call of the program's asked for. */
  private guard(look: () => void): void {
    if (this.gone) return
    try {
      look()
    } catch (error) {
      this.owner.corrupted(error)
    }
  }

  // ---------------------------------------------------------------------------------------------------- events

  note(events: number): void {
    if (events & Epoll.IN) this.arrived = true
    if (events & Epoll.OUT) this.maySend = true
    if (events & Epoll.ERR) this.failed = true
  }

  respond(): void {
    if (this.failed) this.readError()
    // Frames were sent, perhaps another stream's, which may receive into their chunks again.
    if (this.maySend) this.memory.collect()
    if (this.arrived) {
      this.arrived = false
      this.gather.woken(this.owner.counters[Counter.messages]!)
      this.owner.arrived()
    }
    if (this.maySend) this.owner.sendable()
  }

  arm(interest: number): void {
    if (interest !== Interest.READ || this.rx === null) return
    this.memory.collect()
    this.guard(() => this.rx!.refill())
  }

  private feel(): void {
    this.readError()
    if (this.gone) return
    this.countLosses()
    this.maySend = true
    this.owner.sendable()
  }

  private readError(): void {
    this.failed = false
    const errno = this.binding.takeError(this.slot)
    if (errno !== 0) this.broken(errno)
  }

  private broken(errno: number): void {
    if (this.gone) return
    this.gone = true
    const { uri } = this.parts
    const what = errno === ENETDOWN || errno === ENXIO ? 'the interface was removed' : 'its socket broke'
    const cause = systemError(errno, 'xdp')
    this.owner.fail(new CamioError('ERR_CAMIO_PEER_LOST', `${uri}: ${what}`, { uri, errno, cause }))
  }

  /** The kernel counts on, and does not tell by itself. */
  countLosses(): void {
    const { statistics } = this
    this.owner.counters[Counter.systemCalls]! += 1
    if (this.binding.xdpStatistics(this.slot, statistics) !== 0) return
    const incoming = statistics[Statistic.RX_DROPPED]! + statistics[Statistic.RX_FULL]!
    if (incoming > this.lostIncoming) this.owner.lostIncoming(incoming - this.lostIncoming)
    this.lostIncoming = incoming
    const outgoing = statistics[Statistic.TX_INVALID]!
    if (outgoing > this.lostOutgoing) {
      this.owner.lostOutgoing(outgoing - this.lostOutgoing, systemError(constants.errno.EINVAL, 'xdp'))
    }
    this.lostOutgoing = outgoing
  }

  // ---------------------------------------------------------------------------------------------------- out

  get bytes(): Uint8Array {
    return this.tx === null ? NOWHERE : this.tx.bytes
  }
  get empty(): boolean {
    return this.tx === null || this.tx.pending() === 0
  }
  claim(length: number): number {
    return this.tx!.claim(length)
  }
  append(length: number): void {
    this.tx!.append(length)
  }
  /** Not beyond what the kernel sends by one call. */
  fill(fn: BatchWriter, length: number, index: number, limit: number, filler: FrameFiller): boolean {
    const tx = this.tx!
    const most = Math.max(TOGETHER - tx.hidden, 1)
    return tx.fill(fn, length, index, Math.min(limit, index + most), filler)
  }
  cancel(): void {
    this.tx?.cancel()
  }
  get due(): boolean {
    return this.maySend && this.tx!.hidden >= TOGETHER
  }

  send(): boolean {
    const tx = this.tx!
    tx.publish()
    while (this.maySend && !this.gone) {
      const before = tx.pending()
      // A driver that is at it takes the rest by itself.
      if (before === 0) tx.collect()
      if (before === 0 || !tx.needsWakeUp) return true
      this.owner.counters[WRITE + Counter.systemCalls]! += 1
      const errno = -this.binding.xdpPush(this.slot)
      if (tx.pending() === before) this.refused(errno)
      else this.down = false
    }
    return this.empty
  }

  /** Nothing went. */
  private refused(errno: number): void {
    this.memory.collect()
    this.maySend = false
    if (errno === ENETDOWN) this.isDown()
    else if (errno !== 0 && !LATER.has(errno)) this.broken(errno)
  }

  /** What waits stays until it is up; the program is told. */
  private isDown(): void {
    if (!this.down) this.owner.lostOutgoing(0, systemError(ENETDOWN, 'sendto'))
    this.down = true
  }

  // ---------------------------------------------------------------------------------------------------- the end

  async close(): Promise<void> {
    clearInterval(this.pulse)
    this.gather.end()
    this.countLosses()
    this.gone = true
    this.tx?.close()
    const { seat, dispatcher } = this.parts
    const { sockets, collectors } = this.memory
    collectors.delete(this.collect)
    sockets.delete(this.slot)
    await dispatcher.close(this.slot, false)
    // Only now: until the socket is closed the kernel writes into what it was given.
    seat.leave()
  }
}
