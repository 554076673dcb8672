/** A socket of packet(7): frames in by a ring, frames out many a system call. */
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
import type { Binding } from '../binding.js'
import { Outbox } from './outbox.js'
import { PacketRing } from './ring.js'

const { EAGAIN, ENETDOWN, ENXIO, ENODEV } = constants.errno

/** Frames that are sent by one call: the call is a small part of what they cost, and they are still in the cache. */
const TOGETHER = 64

export interface PacketParts {
  readonly binding: Binding
  readonly dispatcher: Dispatcher
  readonly slot: number
  readonly uri: string
  readonly blockSize: number
  readonly ring: ArrayBuffer | undefined
}

export class PacketPort implements Port, FrameSink, Watched {
  readonly source: FrameSource
  readonly sink: FrameSink = this
  readonly piece = Infinity
  maySend = true

  /** The stream; set once, when both exist. */
  owner!: PortOwner
  private readonly outbox = new Outbox()
  private readonly report = new Int32Array(2)
  private arrived = false
  private failed = false
  private gone = false

  constructor(private readonly parts: PacketParts) {
    const { ring, blockSize, dispatcher, slot } = parts
    this.source = ring === undefined ? NO_SOURCE : new PacketRing(ring, blockSize, { losing: () => this.countLosses() })
    dispatcher.own(slot, this)
  }

  // ---------------------------------------------------------------------------------------------------- events

  note(events: number): void {
    if (events & Epoll.IN) this.arrived = true
    if (events & Epoll.OUT) this.maySend = true
    if (events & Epoll.ERR) this.failed = true
  }

  respond(): void {
    if (this.failed) this.readError()
    if (this.arrived) {
      this.arrived = false
      this.owner.arrived()
    }
    if (this.maySend) this.owner.sendable()
  }

  /** The ring is looked at without the system, and epoll tells of every block. */
  arm(interest: number): void {
    if (interest === Interest.READ) this.outbox.relax()
  }

  private readError(): void {
    this.failed = false
    const { binding, slot } = this.parts
    this.broken(binding.takeError(slot))
  }

  /** An interface that is down may come up again; one that is gone does not. */
  private broken(errno: number): void {
    if (errno === 0 || this.gone) return
    const { binding, slot, uri } = this.parts
    if (errno === ENETDOWN && binding.packetBound(slot)) return
    this.gone = true
    const what = errno === ENETDOWN || errno === ENXIO || errno === ENODEV ? 'the interface was removed' : 'it broke'
    const cause = systemError(errno, 'packet')
    this.owner.fail(new CamioError('ERR_CAMIO_PEER_LOST', `${uri}: ${what}`, { uri, errno, cause }))
  }

  // ---------------------------------------------------------------------------------------------------- in

  countLosses(): void {
    const { binding, slot, ring } = this.parts
    if (ring === undefined) return
    this.owner.counters[Counter.systemCalls]! += 1
    const count = binding.packetDrops(slot)
    if (count > 0) this.owner.lostIncoming(count)
  }

  // ---------------------------------------------------------------------------------------------------- out

  get bytes(): Uint8Array {
    return this.outbox.bytes
  }
  get empty(): boolean {
    return this.outbox.empty
  }
  claim(length: number): number {
    return this.outbox.claim(length)
  }
  append(length: number): void {
    this.outbox.append(length)
  }
  /** Not beyond what is best sent at once. */
  fill(fn: BatchWriter, length: number, index: number, limit: number, filler: FrameFiller): boolean {
    const { count, first } = this.outbox
    const most = Math.max(TOGETHER - (count - first), 1)
    return this.outbox.fill(fn, length, index, Math.min(limit, index + most), filler)
  }
  cancel(): void {
    this.outbox.cancel()
  }
  get due(): boolean {
    return this.maySend && this.outbox.count - this.outbox.first >= TOGETHER
  }

  send(): boolean {
    const { outbox, report } = this
    const { binding, slot } = this.parts
    while (!outbox.empty && this.maySend && !this.gone) {
      const { bytes, frames, first, count } = outbox
      const sent = binding.packetSend(slot, bytes, frames, first, count - first, report)
      this.owner.counters[WRITE + Counter.systemCalls]! += report[1]!
      outbox.sent(sent)
      if (report[0] !== 0) this.refused(report[0]!)
    }
    return outbox.empty
  }

  private refused(errno: number): void {
    if (errno === EAGAIN) {
      this.maySend = false
      return
    }
    if (errno === ENXIO || errno === ENODEV) this.broken(errno)
    if (this.outbox.empty) return
    this.outbox.sent(1)
    this.owner.lostOutgoing(1, systemError(errno, 'sendmmsg'))
  }

  // ---------------------------------------------------------------------------------------------------- the end

  close(): void | Promise<void> {
    this.countLosses()
    this.outbox.close()
    return this.parts.dispatcher.close(this.parts.slot, false)
  }
}
