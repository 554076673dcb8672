/** A `dgram.Socket` as a port. Node receives by itself: what nobody has read yet waits here, as much as `queue` allows. */
import type { RemoteInfo, Socket } from 'node:dgram'
import type { HostPort } from '@camio/core/net'
import { Counter, WRITE } from '@camio/core/spi'
import { LARGEST } from '../features.js'
import { NOTHING } from '../incoming.js'
import { NAME_SIZE, nameOf, Remote } from '../name.js'
import { type Outbox, Run } from '../outbox.js'
import type { Port, PortOwner, SendOwner } from '../port.js'

interface Datagram {
  readonly bytes: Uint8Array
  readonly name: Uint8Array
}

/** A datagram that Node has, or gets once more. */
interface Sending {
  readonly bytes: Uint8Array
  readonly name: Uint8Array | null
  readonly owner: SendOwner
  /** How often it was refused. */
  tries: number
  /** Why it was refused last, which may have been about another one. */
  answer: Error | null
}

const NOWHERE = new Uint8Array(NAME_SIZE)
/** What a waiting datagram takes beside its bytes: an empty one is not free. */
const OVERHEAD = 128

/** Bytes that may be with Node at once: it queues whatever it is given. */
const IN_FLIGHT = 256 * 1024

/** A peer that answers "nobody" faster than datagrams leave must not keep one for ever. */
const TRIES = 16

/** Errors that are an answer of the network's to something that was sent. */
const REFUSED = 'ECONNREFUSED'
const ANSWERS = new Set([REFUSED, 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN'])

export class NodePort implements Port {
  readonly local: HostPort
  readonly largest = LARGEST

  bytes: Uint8Array = NOTHING
  readonly offset = 0
  length = 0
  segment = 0
  names: Uint8Array = NOWHERE
  readonly nameAt = 0
  readonly time = Number.NaN

  private readonly waiting: Datagram[] = []
  private waitingBytes = 0
  private deaf = false
  /** What Node has not called back for. */
  private inFlight = 0
  private inFlightBytes = 0
  private closing = false
  private readonly to = new Remote()

  constructor(
    private readonly socket: Socket,
    private readonly capacity: number,
    private readonly owner: PortOwner,
  ) {
    const { address: host, port } = socket.address()
    this.local = { host, port }
    // Whoever waits keeps the process alive; the socket by itself does not.
    socket.unref()
    socket.on('message', (bytes, from) => this.got(bytes, from))
    socket.on('error', (error) => this.failed(error))
  }

  // ---------------------------------------------------------------------------------------------------- in

  private got(bytes: Uint8Array, { address: host, port }: RemoteInfo): void {
    if (this.deaf) return
    this.owner.counters[Counter.systemCalls]! += 1
    const size = bytes.length + OVERHEAD
    // An empty queue takes any datagram, as it could never be read otherwise.
    if (this.waiting.length > 0 && this.waitingBytes + size > this.capacity) {
      this.owner.lostIncoming('queue', 1)
      return
    }
    this.waitingBytes += size
    // A plain array: `subarray` of a Buffer takes twice as long.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    this.waiting.push({ bytes: plain, name: nameOf({ host, port }) ?? NOWHERE })
    this.owner.arrived()
  }

  get hasMore(): boolean {
    return this.waiting.length > 0
  }

  next(): boolean {
    const datagram = this.waiting.shift()
    if (datagram === undefined) return false
    this.bytes = datagram.bytes
    this.names = datagram.name
    this.length = this.segment = datagram.bytes.length
    this.waitingBytes -= datagram.bytes.length + OVERHEAD
    return true
  }

  free(): void {}

  relax(): void {
    this.bytes = NOTHING
  }

  deafen(): void {
    this.deaf = true
  }

  countLosses(): void {}

  // ---------------------------------------------------------------------------------------------------- out

  get maySend(): boolean {
    return this.inFlightBytes < IN_FLIGHT
  }

  /** Node may keep what it is given for longer than the outbox does: each run is copied. */
  send(outbox: Outbox, owner: SendOwner): boolean {
    while (!outbox.empty) {
      if (!this.maySend) return false
      const at = outbox.first * Run.NUMBERS
      const [offset = 0, length = 0, segment = 0, target = 0] = outbox.runs.subarray(at, at + Run.NUMBERS)
      const run = Uint8Array.prototype.slice.call(outbox.slab, offset, offset + length)
      const name = target < 0 ? null : outbox.targets.slice(target * NAME_SIZE, (target + 1) * NAME_SIZE)
      owner.counters[WRITE + Counter.copies]! += 1
      let from = 0
      do {
        this.sendOne({ bytes: run.subarray(from, from + segment), name, owner, tries: 0, answer: null })
        from += segment
      } while (from < length)
      outbox.sent(1)
    }
    return true
  }

  private sendOne(datagram: Sending): void {
    const { bytes, name, owner } = datagram
    owner.counters[WRITE + Counter.systemCalls]! += 1
    this.inFlight++
    this.inFlightBytes += bytes.length + OVERHEAD
    const done = (error: Error | null) => this.sent(datagram, error)
    try {
      if (name === null) this.socket.send(bytes, done)
      else this.socket.send(bytes, this.to.show(name, 0).port, this.hostFor(name), done)
    } catch (error) {
      // What Node finds wrong by itself it throws, and never calls back.
      process.nextTick(done, error)
    }
  }

  /** A socket of IPv6 reaches IPv4 by its mapped addresses. */
  private hostFor(name: Uint8Array): string {
    const { host } = this.to.show(name, 0)
    return this.local.host.includes(':') && !host.includes(':') ? `::ffff:${host}` : host
  }

  private sent(datagram: Sending, error: Error | null): void {
    this.inFlight--
    this.inFlightBytes -= datagram.bytes.length + OVERHEAD
    this.settle(datagram, error)
    if (this.inFlight === 0 && this.closing) this.socket.close()
    else if (this.maySend) this.owner.sendable()
  }

  /** A connected socket refuses a datagram to tell what an earlier one met: it is tried again, and the other is the lost one. */
  private settle(datagram: Sending, error: Error | null): void {
    const { answer } = datagram
    const known = codeOf(error) === codeOf(answer) && codeOf(error) !== REFUSED
    const isNews = datagram.name === null && isAnswer(error) && !known && datagram.tries < TRIES
    // The same once more was this datagram's from the start. That nobody is there, no system finds out by itself.
    if (answer !== null && (error === null || !known)) this.bounced(answer)
    datagram.answer = isNews ? error : null
    datagram.tries++
    if (isNews && (this.closing || !this.deaf)) this.sendOne(datagram)
    else if (isNews) this.bounced(error!)
    else if (error !== null && !this.closing) datagram.owner.unsent(datagram.name, error)
  }

  private bounced(error: Error): void {
    if (!this.closing) this.owner.bounced(null, error, 0)
  }

  private failed(error: Error): void {
    if (this.closing) return
    if (isAnswer(error)) this.bounced(error)
    else this.owner.broken(error)
  }

  pathMtu(): number {
    return 0
  }

  /** What Node has not sent yet goes first. */
  close(): void {
    this.closing = this.deaf = true
    if (this.inFlight === 0) this.socket.close()
  }
}

function codeOf(error: Error | null): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code
}

function isAnswer(error: Error | null): boolean {
  return ANSWERS.has(codeOf(error) ?? '')
}
