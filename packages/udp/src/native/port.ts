/** A socket of the native engine. */
import { constants } from 'node:os'
import type { HostPort } from '@camio/core/net'
import { Counter, type Dispatcher, Epoll, pool, systemError, type Watched, WRITE } from '@camio/core/spi'
import { NOTHING } from '../incoming.js'
import { NAME_SIZE } from '../name.js'
import type { Outbox } from '../outbox.js'
import type { Port, PortOwner, SendOwner } from '../port.js'
import type { Binding } from './binding.js'
import type { Gather } from './gather.js'

const { EAGAIN, ENOBUFS } = constants.errno

/** Runs that one system call may bring, and the memory that they come into: more than 64 KiB each, so that none is ever cut. */
const BATCH = 15
const SLAB = 1024 * 1024
/** What a run that was received is: offset, length, segment. */
const NUMBERS = 3
/** Every so many vain looks the system is asked all the same: a loop that never gives the event loop a turn sees data, too. */
const LOOKS = 32
/** A socket tells of an error once; so many in a row are no errors of single datagrams any more. */
const ERRORS_IN_A_ROW = 64
/** Answers of the network that are taken off the queue at a time. */
const FAILURES = 16

/** The queue of a network card was full, which no event tells the end of: milliseconds until it is tried again. */
const RETRY_MS = 2

const READABLE = Epoll.IN | Epoll.ERR | Epoll.HUP | Epoll.RDHUP
const NO_TIMES = new Float64Array(0)

export interface NativePortParts {
  readonly binding: Binding
  readonly dispatcher: Dispatcher
  readonly slot: number
  readonly largest: number
  readonly timestamps: boolean
  readonly gather: Gather
  readonly gatherMs: number | undefined
}

export class NativePort implements Port, Watched {
  readonly local: HostPort
  readonly largest: number
  maySend = true

  bytes: Uint8Array = NOTHING
  offset = 0
  length = 0
  segment = 0
  readonly names = new Uint8Array(BATCH * NAME_SIZE)
  nameAt = 0
  time = Number.NaN

  private readonly binding: Binding
  private readonly slot: number
  private readonly runs = new Int32Array(BATCH * NUMBERS)
  private readonly times: Float64Array
  private readonly report = new Int32Array(3)
  /** Runs `[next, count)` were received and not handed out yet. */
  private cursor = 0
  private count = 0
  private mayReceive = true
  private looks = 0
  private deaf = false
  /** Deaf as soon as the socket has nothing more. */
  private lastLook = false
  private mayHaveFailed = false
  /** What the socket itself said, which counts when its error queue has nothing to add. */
  private told = 0
  private hasRoomAgain = false
  private retry: NodeJS.Timeout | null = null
  /** What the socket had dropped when it was asked last. */
  private drops = 0

  constructor(
    private readonly parts: NativePortParts,
    private readonly owner: PortOwner,
  ) {
    const { binding, dispatcher, slot, largest, timestamps } = parts
    this.binding = binding
    this.slot = slot
    this.largest = largest
    this.times = timestamps ? new Float64Array(BATCH) : NO_TIMES
    this.local = binding.localAddress(slot)
    dispatcher.own(slot, this)
  }

  // ---------------------------------------------------------------------------------------------------- events

  note(events: number): void {
    if (events & READABLE) this.mayReceive = true
    // Epoll tells of it with every event; it is news only after the socket was full.
    if (events & Epoll.OUT && !this.maySend) this.maySend = this.hasRoomAgain = true
    if (events & Epoll.ERR) this.mayHaveFailed = true
  }

  respond(): void {
    // What was received comes before what the network answered.
    if (this.mayReceive) this.owner.arrived()
    if (this.mayHaveFailed) this.readErrors()
    if (!this.hasRoomAgain) return
    this.hasRoomAgain = false
    this.owner.sendable()
  }

  // ---------------------------------------------------------------------------------------------------- in

  get hasMore(): boolean {
    return this.cursor < this.count
  }

  next(): boolean {
    if (this.cursor === this.count && !this.receive()) return false
    const at = this.cursor * NUMBERS
    const { runs } = this
    this.offset = runs[at]!
    this.length = runs[at + 1]!
    this.segment = runs[at + 2]!
    this.nameAt = this.cursor * NAME_SIZE
    if (this.times.length > 0) this.time = this.times[this.cursor]!
    this.cursor++
    return true
  }

  free(): void {}

  private receive(): boolean {
    if (this.deaf) return false
    if (!this.mayReceive && (this.lastLook || ++this.looks % LOOKS !== 0)) return this.nothing()
    for (let errors = 0; errors < ERRORS_IN_A_ROW; errors++) {
      const count = this.receiveOnce()
      if (count > 0) {
        this.cursor = 0
        this.count = count
        // Fewer than there was room for: no more were there.
        this.mayReceive = count + this.report[2]! === BATCH
        return true
      }
      if (count === 0) continue
      if (count === -EAGAIN) break
      // Not about receiving: what an earlier datagram of ours met. The socket is fine, and may have more.
      this.told = -count
      this.mayHaveFailed = true
    }
    this.mayReceive = false
    return this.nothing()
  }

  private nothing(): false {
    if (this.mayHaveFailed) this.readErrors()
    this.deaf ||= this.lastLook
    return false
  }

  private receiveOnce(): number {
    const { report } = this
    if (this.bytes === NOTHING) this.bytes = pool.acquire(SLAB)
    this.owner.counters[Counter.systemCalls]! += 1
    const count = this.binding.receive(this.slot, this.bytes, this.runs, this.names, this.times, report)
    if (report[0] !== 0) {
      report[0] = 0
      this.owner.counters[Counter.systemCalls]! += 1
      this.dropped(report[1]!)
    }
    if (report[2] !== 0) this.owner.lostIncoming('oversize', report[2]!)
    return count
  }

  /** @param total what the socket has dropped so far, modulo 2^32 */
  private dropped(total: number): void {
    const count = (total - this.drops) >>> 0
    this.drops = total
    if (count > 0) this.owner.lostIncoming('system', count)
  }

  countLosses(): void {
    const total = this.binding.drops(this.slot)
    if (total >= 0) this.dropped(total)
  }

  /** What the system has by now was received, too. */
  deafen(): void {
    if (this.lastLook) return
    this.lastLook = this.mayReceive = true
  }

  relax(): void {
    if (this.bytes === NOTHING) return
    pool.release(this.bytes)
    this.bytes = NOTHING
  }

  // ---------------------------------------------------------------------------------------------------- errors

  private readErrors(): void {
    const { told } = this
    this.mayHaveFailed = false
    this.told = 0
    const failures = new Int32Array(FAILURES * 2)
    const names = new Uint8Array(FAILURES * NAME_SIZE)
    let any = false
    for (let count = FAILURES; count === FAILURES; ) {
      count = this.binding.errors(this.slot, failures, names)
      for (let i = 0; i < count; i++) {
        any = true
        const name = names.slice(i * NAME_SIZE, (i + 1) * NAME_SIZE)
        this.owner.bounced(name, systemError(failures[2 * i]!, 'recvmsg'), failures[2 * i + 1]!)
      }
    }
    if (!any && told !== 0) this.owner.bounced(null, systemError(told, 'recvmmsg'), 0)
  }

  // ---------------------------------------------------------------------------------------------------- out

  send(outbox: Outbox, owner: SendOwner): boolean {
    const { binding, report } = this
    while (!outbox.empty) {
      if (!this.maySend) return false
      const { slab, runs, first, count, targets } = outbox
      const done = binding.send(this.slot, slab, runs, first, count - first, targets, report)
      const error = report[0]!
      owner.counters[WRITE + Counter.systemCalls]! += report[1]!
      if (report[2] !== 0) {
        this.told = report[2]!
        this.readErrors()
      }
      outbox.sent(done)
      if (error !== 0) this.refused(error, outbox, owner)
    }
    return true
  }

  private refused(error: number, outbox: Outbox, owner: SendOwner): void {
    if (error === EAGAIN || error === ENOBUFS) {
      this.maySend = false
      if (error === ENOBUFS) this.retry ??= setTimeout(() => this.sendAgain(), RETRY_MS).unref()
      return
    }
    if (outbox.empty) return
    const target = outbox.dropFirst()
    const name = target < 0 ? null : outbox.targets.slice(target * NAME_SIZE, (target + 1) * NAME_SIZE)
    owner.unsent(name, systemError(error, 'sendmmsg'))
  }

  /** Who waits keeps the process alive, not this. */
  private sendAgain(): void {
    this.retry = null
    this.maySend = true
    this.owner.sendable()
  }

  pathMtu(): number {
    return Math.max(0, this.binding.pathMtu(this.slot))
  }

  close(): void {
    this.countLosses()
    if (this.retry !== null) clearTimeout(this.retry)
    const { dispatcher, gather, gatherMs } = this.parts
    gather.remove(gatherMs)
    dispatcher.close(this.slot, false)
  }
}
