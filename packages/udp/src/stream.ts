/** A datagram stream: its writing half, its waiting and its end. Where datagrams come from and go to its subclasses know. */
import { type Address, type BatchWriter, CamioError, fromSystemError, Interest, type StreamInit } from '@camio/core/spi'
import { type Incoming, NOTHING } from './incoming.js'
import { isIpv6, isPlace, NAME_SIZE, Remote, sameName, writeName } from './name.js'
import type { Outbox } from './outbox.js'
import type { SendOwner } from './port.js'
import { DatagramReader } from './reader.js'

const NONE = -1

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

  private readonly toHome: number | null
  private readonly only: Uint8Array | null
  private readonly ipv4: boolean
  /** Of the claim that is out, or the batch. */
  private target = NONE

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

  // ---------------------------------------------------------------------------------------------------- datagrams

  protected append(length: number): void {
    this.outbox.append(length, this.target)
  }

  protected fill(fn: BatchWriter, _offset: number, length: number, index: number, limit: number): boolean {
    const { outbox, target, claimBytes: bytes } = this
    let count = 0
    let total = 0
    try {
      do {
        const answer = fn(bytes, outbox.fill, length, index + count)
        const used = answer === undefined ? length : this.lengthOf(answer, length)
        if (used < 0 || this.noWrite) return false
        outbox.append(used, target)
        count++
        total += used
      } while (index + count < limit && outbox.fits(length))
    } finally {
      this.countWritten(count, total)
    }
    return true
  }

  // ---------------------------------------------------------------------------------------------------- room

  protected findRoom(length: number, to: Address | undefined): number {
    const { outbox } = this
    if (!outbox.fits(length) && !this.makeRoom(length)) return NONE
    this.target = this.targetFor(to)
    this.claimBytes = outbox.slab
    return outbox.fill
  }

  private makeRoom(length: number): boolean {
    const { outbox } = this
    outbox.open()
    if (outbox.fits(length)) return true
    this.sendAll()
    if (this.hasFailed) this.checkFailure()
    return outbox.fits(length)
  }

  /** Without memory it is empty, and gets some. */
  protected fits(length: number): boolean {
    return this.outbox.slab === NOTHING || this.outbox.fits(length)
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

  protected sendAll(): boolean {
    const { outbox } = this
    const done = outbox.empty || this.transmit()
    if (done && !this.isClaimed) outbox.rewind()
    return done
  }

  protected override idle(): void {
    this.outbox.relax()
  }

  // ---------------------------------------------------------------------------------------------------- losses

  unsent(name: Uint8Array | null, error: Error): void {
    this.lostWritten('unsent', 1)
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

  // ---------------------------------------------------------------------------------------------------- waiting, the end

  arm(interest: number): boolean {
    if (interest === Interest.READ) this.relaxReading()
    this.alive.add(interest)
    return false
  }

  protected closeWriting(): void {
    this.outbox.close(this.forgetClaim())
  }
}

/** Where an address is made into a name. */
const NAME = new Uint8Array(NAME_SIZE)
const SHOWN = new Remote()

function describe(name: Uint8Array): string {
  const { host, port } = SHOWN.show(name, 0)
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
