/** A datagram stream: its writing half, its waiting and its end. Where datagrams come from and go to its subclasses know. */
import {
  type Address,
  type BatchWriter,
  CamioError,
  Counter,
  fromSystemError,
  Interest,
  KeepAlive,
  type StreamInit,
  WRITE,
} from '@camio/core/spi'
import { type Incoming, NOTHING } from './incoming.js'
import type { LossCause } from './losses.js'
import { isIpv6, isPlace, NAME_SIZE, Remote, sameName, writeName } from './name.js'
import type { Outbox } from './outbox.js'
import type { SendOwner } from './port.js'
import { DatagramReader } from './reader.js'

const NONE = -1
/** A claim's length while a batch is written: a claim is out, and only the batch may commit or cancel it. */
const BATCH = -2

/** Where a stream's datagrams go. */
export interface Route {
  readonly outbox: Outbox
  /**
   * The index of the address in `outbox.targets` that claims without one have; -1 for a connected socket; `null`: there is none, or, with
   * `only`, it cannot be sent to.
   */
  readonly home: number | null
  /** The name of the only peer there is: an address that is given must be this one. */
  readonly only: Uint8Array | null
  /** The largest datagram. */
  readonly largest: number
  /** Is the socket one of IPv4, which reaches nobody else? */
  readonly ipv4: boolean
}

export abstract class DatagramStream extends DatagramReader implements SendOwner {
  readonly maxClaim: number
  protected readonly outbox: Outbox
  protected readonly alive = new KeepAlive()

  private readonly toHome: number | null
  private readonly only: Uint8Array | null
  private readonly ipv4: boolean
  private claimed = NONE
  private target = NONE
  /** `writable()` waits for room for so much: the length that was refused last, or one byte. */
  private mark = 1
  /** What became of an earlier write: told once, and the stream goes on. */
  private failure: CamioError | null = null
  private inBackground = false

  constructor(init: StreamInit, incoming: Incoming, route: Route) {
    super(init, incoming)
    this.outbox = route.outbox
    this.toHome = route.home
    this.only = route.only
    this.ipv4 = route.ipv4
    this.maxClaim = Math.min(route.largest, init.limits.maxMessage)
  }

  /** What the path to the peer of a connected stream takes at once, IP header included, as far as the system knows; else 0. */
  get pathMtu(): number {
    return 0
  }

  /** Sends what waits. @returns whether all of it is with the system */
  protected abstract transmit(): boolean
  /** Might {@link transmit} get further? */
  protected abstract get maySend(): boolean

  // ---------------------------------------------------------------------------------------------------- one message

  /** @param to where to, on a stream that has not one peer: a numeric host, or the stream's `remote` to answer it */
  tryClaim(length: number, to?: Address): Uint8Array | null {
    const offset = this.tryClaimAt(length, to)
    return offset === NONE ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number, to?: Address): number {
    if (!this.hasRoom(length)) return this.refuse(length)
    this.target = this.targetFor(to)
    this.claimed = length
    return this.outbox.fill
  }

  commit(length = this.claimed, _more = false): void {
    // A negative length, and NONE, are large when taken without their sign.
    if (length >>> 0 !== length || length > this.claimed) {
      if (this.claimed === NONE && this.closed) return
      throw this.badCommit(length)
    }
    this.claimed = NONE
    this.outbox.append(length, this.target)
    this.mark = 1
    const { counters } = this
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    if (!this.corked) this.scheduleFlush()
  }

  private badCommit(length: number): CamioError {
    if (this.claimed === NONE) return this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
    if (this.claimed === BATCH) return this.misuse('ERR_CAMIO_MISUSE', 'is writing a batch: it commits by itself')
    return this.misuse('ERR_CAMIO_MISUSE', `claimed ${this.claimed} bytes: ${length} cannot be committed`)
  }

  cancel(): void {
    if (this.claimed < 0 && !this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
    if (this.claimed !== BATCH) this.claimed = NONE
  }

  // ---------------------------------------------------------------------------------------------------- many messages

  override writeBatch(fn: BatchWriter, length: number, limit = Infinity, to?: Address): number {
    const { counters } = this
    const before = counters[WRITE + Counter.messages]!
    let count = 0
    while (count < limit && this.roomBehind(count, length)) {
      this.target = this.targetFor(to)
      const more = this.fillOutbox(fn, length, count, limit)
      count = counters[WRITE + Counter.messages]! - before
      if (!more) break
    }
    return count
  }

  /** Is there room for one more behind `count` messages of a batch? Those come before an error, which waits for the next call. */
  private roomBehind(count: number, length: number): boolean {
    try {
      if (this.hasRoom(length)) return true
      this.refuse(length)
    } catch (error) {
      if (count === 0) throw error
      this.keepForLater(error)
    }
    return false
  }

  private keepForLater(error: unknown): void {
    if (error !== this.error) this.failure = error as CamioError
    this.wasTold(false)
  }

  /** Lets `fn` write until the outbox is full. @returns whether others may follow */
  private fillOutbox(fn: BatchWriter, length: number, first: number, limit: number): boolean {
    const { outbox, target, claimBytes: bytes, counters } = this
    let index = first
    this.claimed = BATCH
    try {
      do {
        const answer = fn(bytes, outbox.fill, length, index)
        const used = answer === undefined ? length : this.batchLength(answer, length)
        if (used < 0 || this.noWrite) return false
        outbox.append(used, target)
        // At once: a writer that closes the stream asks it whether there is anything to deliver.
        counters[WRITE + Counter.messages]! += 1
        counters[WRITE + Counter.bytes]! += used
        index++
      } while (index < limit && outbox.fits(length))
    } finally {
      this.claimed = NONE
      if (index > first && !this.corked) this.scheduleFlush()
    }
    return true
  }

  // ---------------------------------------------------------------------------------------------------- room

  /** Room for a datagram, at `outbox.fill` of `claimBytes`. @returns `false`: not now @throws what `tryClaimAt` throws */
  private hasRoom(length: number): boolean {
    if (this.noWrite || this.claimed !== NONE || this.failure !== null) this.checkWrite()
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    const { outbox } = this
    if (!outbox.fits(length) && !this.makeRoom(length)) return false
    this.claimBytes = outbox.slab
    return true
  }

  private makeRoom(length: number): boolean {
    const { outbox } = this
    outbox.open()
    if (outbox.fits(length)) return true
    this.sendAll()
    if (this.failure !== null || this.error !== null) this.checkWrite()
    return outbox.fits(length)
  }

  private checkWrite(): void {
    this.checkWritable()
    this.tellFailure()
    if (this.claimed !== NONE) {
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before the next one')
    }
  }

  private refuse(length: number): -1 {
    this.mark = length
    this.counters[WRITE + Counter.backpressure]! += 1
    return NONE
  }

  /** @throws `ERR_CAMIO_MISUSE`, `ERR_CAMIO_ADDRESS` */
  private targetFor(to: Address | undefined): number {
    if (to === undefined) {
      if (this.toHome !== null) return this.toHome
      if (this.only !== null) throw this.badAddress(SHOWN.show(this.only, 0))
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no peer: claim with the address that the datagram is for')
    }
    if (!writeName(to, NAME, 0) || !isPlace(NAME) || (this.ipv4 && isIpv6(NAME))) throw this.badAddress(to)
    if (this.only === null) return this.outbox.targetOf(NAME)
    if (sameName(NAME, 0, this.only, 0)) return this.toHome!
    throw this.misuse('ERR_CAMIO_MISUSE', `has one peer: nothing can be sent to ${to.host}:${to.port}`)
  }

  private badAddress({ host, port }: Address): CamioError {
    const kind = this.ipv4 ? 'numeric IPv4 address and port' : 'numeric address and port'
    const message = `${this.uri}: "${host}", ${port} is no ${kind}`
    return new CamioError('ERR_CAMIO_ADDRESS', message, { uri: this.uri })
  }

  // ---------------------------------------------------------------------------------------------------- flushing

  tryFlush(): boolean {
    this.checkFlush()
    const done = this.sendAll()
    if (done && this.claimed === NONE) this.outbox.relax()
    if (this.error !== null) throw this.tell(this.error)
    if (!this.inBackground) this.tellFailure()
    return done
  }

  /** What becomes of single datagrams waits for the program's next call: it does not break the stream. */
  override flushInBackground(): void {
    this.inBackground = true
    try {
      super.flushInBackground()
    } finally {
      this.inBackground = false
    }
  }

  private sendAll(): boolean {
    const { outbox } = this
    const done = outbox.empty || this.transmit()
    if (done && this.claimed === NONE) outbox.rewind()
    return done
  }

  private tellFailure(): void {
    const { failure } = this
    this.failure = null
    if (failure !== null) throw failure
  }

  // ---------------------------------------------------------------------------------------------------- losses

  /** So many datagrams that were written are lost. */
  protected lostOutgoing(cause: LossCause, count: number): void {
    this.lost[cause] += count
    this.counters[WRITE + Counter.overruns]! += count
  }

  /** The program is told at its next call that writes, and the stream goes on. The first stays. */
  protected tellLater(error: CamioError): void {
    this.failure ??= error
  }

  unsent(name: Uint8Array | null, error: Error): void {
    this.lostOutgoing('unsent', 1)
    this.tellLater(this.describeFailure(name, error, this.pathMtu))
  }

  /** @param mtu of the path, or 0 where it is not known */
  protected describeFailure(name: Uint8Array | null, error: Error, mtu: number): CamioError {
    const to = name === null ? '' : ` to ${describe(name)}`
    const wrapped = fromSystemError(error, this.uri, `cannot send${to} from`)
    if ((error as { code?: string }).code !== 'EMSGSIZE') return wrapped
    const path = mtu > 0 ? `: the path takes packets of ${mtu} bytes, headers included` : ''
    const message = `${this.uri}: a datagram${to} is too large${path}`
    const { errno, syscall } = wrapped
    const system = { ...(errno !== undefined && { errno }), ...(syscall !== undefined && { syscall }) }
    return new CamioError('ERR_CAMIO_TOO_LARGE', message, { uri: this.uri, cause: error, ...system })
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.readReady
    if (interest === Interest.DRAIN) return this.outbox.empty || this.maySend
    return this.writeReady
  }

  private get writeReady(): boolean {
    if (this.writeForbidden || this.failure !== null || this.claimed !== NONE) return true
    const { outbox, mark } = this
    // Without memory it is empty, and gets some.
    if (outbox.slab === NOTHING || outbox.fits(mark)) return true
    if (this.maySend) this.sendAll()
    return outbox.fits(mark) || this.failure !== null
  }

  protected get readReady(): boolean {
    return this.hasMessage
  }

  arm(interest: number): boolean {
    if (interest === Interest.READ) this.relaxReading()
    this.alive.add(interest)
    return false
  }

  disarm(interest: number): void {
    this.alive.remove(interest)
  }

  /** Whoever wakes us ends the watch. */
  override wake(interest: number): void {
    if (this.alive.remove(interest)) super.wake(interest)
  }

  /** There may be room to send. */
  sendable(): void {
    if (this.watched(Interest.DRAIN)) this.wake(Interest.DRAIN)
    if (this.watched(Interest.WRITE)) this.wake(Interest.WRITE)
  }

  ref(): this {
    this.alive.ref()
    return this
  }

  unref(): this {
    this.alive.unref()
    return this
  }

  // ---------------------------------------------------------------------------------------------------- the end

  /** Datagrams know no end: nothing tells the other side. */
  protected endWrite(): void {}

  protected closeWriting(): void {
    this.outbox.close(this.claimed !== NONE)
    this.claimed = NONE
  }
}

/** Where an address is made into a name. */
const NAME = new Uint8Array(NAME_SIZE)
const SHOWN = new Remote()

function describe(name: Uint8Array): string {
  const { host, port } = SHOWN.show(name, 0)
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
