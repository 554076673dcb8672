/** An accepted stream: one peer of a listener's socket. */
import { type Address, CamioError, Counter, type StreamInit } from '@camio/core/spi'
import type { Inbox } from './inbox.js'
import { datagramsIn, type Incoming } from './incoming.js'
import { isIpv6, isPlace, Remote } from './name.js'
import { Outbox } from './outbox.js'
import { DatagramStream } from './stream.js'

/** The listener, as its streams see it. */
export interface Hub {
  readonly maySend: boolean
  /** Sends what the stream has committed. @returns whether all of it is with the system */
  transmit(peer: PeerStream, outbox: Outbox): boolean
  /** The stream is broken: nothing more is for it. */
  broke(peer: PeerStream): void
  /** The stream is closed. */
  left(peer: PeerStream): void
}

export interface PeerParts {
  readonly hub: Hub
  readonly inbox: Inbox
  readonly largest: number
  readonly strict: boolean
}

export class PeerStream extends DatagramStream {
  /** Was there anything to or from this peer since the listener looked last? */
  active = true
  /** Since when there was not, on the listener's clock. */
  quietSince = 0
  /** Nothing more will come: it was silent for too long. */
  private over = false
  private readonly address: Address
  private readonly inbox: Inbox

  constructor(
    init: StreamInit,
    private readonly parts: PeerParts,
  ) {
    const { inbox, largest } = parts
    super(init, inbox, {
      outbox: new Outbox(inbox.names),
      home: isPlace(inbox.names) ? 0 : null,
      only: inbox.names,
      largest,
      ipv4: !isIpv6(inbox.names),
    })
    this.inbox = inbox
    this.address = new Remote().show(inbox.names, 0).toJSON()
  }

  override get remote(): Address | undefined {
    return this.address
  }

  get name(): Uint8Array {
    return this.inbox.names
  }

  get ended(): boolean {
    return this.over && this.error === null && !this.hasPacket && !this.isLent
  }

  protected override get readReady(): boolean {
    return this.hasPacket || (this.over && !this.isLent)
  }

  // ---------------------------------------------------------------------------------------------------- the listener

  /** A run of this peer's came. */
  deliver(run: Incoming): void {
    this.active = true
    const { inbox } = this
    const before = inbox.copies
    if (!inbox.push(run)) this.dropped('queue', datagramsIn(run))
    this.counters[Counter.copies]! += inbox.copies - before
    this.arrived()
  }

  /** The peer said nothing for so long that it counts as gone. */
  expire(): void {
    this.over = true
    this.arrived()
  }

  /** Takes what nobody has read. @returns how many datagrams */
  unread(): number {
    let count = 0
    for (; this.inbox.next(); this.inbox.free()) count += datagramsIn(this.inbox)
    return count
  }

  /** The network answered that nobody is there, or that a datagram was too large. */
  bounced(error: Error, mtu: number): void {
    this.lostWritten('unreachable', 1)
    if (!this.parts.strict) return
    const failure = this.describeFailure(this.name, error, mtu)
    if (failure.code === 'ERR_CAMIO_TOO_LARGE') this.tellLater(failure)
    else this.fail(failure)
  }

  override fail(error: CamioError): void {
    this.parts.hub.broke(this)
    super.fail(error)
  }

  // ---------------------------------------------------------------------------------------------------- the transport

  protected transmit(): boolean {
    this.active = true
    return this.parts.hub.transmit(this, this.outbox)
  }

  protected get maySend(): boolean {
    return this.parts.hub.maySend
  }

  protected destroy(): void {
    this.closeWriting()
    if (!this.isLent) this.inbox.relax()
    this.parts.hub.left(this)
  }
}

/** Why a listener's streams break with its socket. */
export function brokenSocket(uri: string, error: Error): CamioError {
  return new CamioError('ERR_CAMIO_SYSTEM', `${uri}: its socket broke: ${error.message}`, { uri, cause: error })
}
