/** A stream with a socket of its own: connected to one peer, or bound and open to everybody. */
import { type Address, type CamioError, fromSystemError, type StreamInit } from '@camio/core/spi'
import type { IncomingLoss } from './losses.js'
import type { Port, PortOwner } from './port.js'
import { DatagramStream, type Route } from './stream.js'

export interface SocketStreamParts {
  readonly port: Port
  readonly route: Route
  /** Of a connected socket. */
  readonly peer: Address | null
  /** Does an answer that nobody is there break the stream? If not it is counted. */
  readonly strict: boolean
}

/** Stands between a port, which comes first, and its stream, which is made for it. */
export class Ownership implements PortOwner {
  stream: SocketStream | null = null
  private readonly early = new Float64Array(16)

  get counters(): Float64Array {
    return this.stream?.counters ?? this.early
  }
  arrived(): void {
    this.stream?.arrived()
  }
  sendable(): void {
    this.stream?.sendable()
  }
  lostIncoming(cause: IncomingLoss, count: number): void {
    this.stream?.lostIncoming(cause, count)
  }
  bounced(name: Uint8Array | null, error: Error, mtu: number): void {
    this.stream?.bounced(name, error, mtu)
  }
  broken(error: Error): void {
    this.stream?.broken(error)
  }
}

export class SocketStream extends DatagramStream {
  private readonly port: Port
  private readonly peer: Address | null

  constructor(
    init: StreamInit,
    private readonly parts: SocketStreamParts,
  ) {
    super(init, parts.port, parts.route)
    this.port = parts.port
    this.peer = parts.peer
  }

  /** The peer of a connected stream; else the sender of the message at hand, the same object every time. */
  override get remote(): Address | undefined {
    return this.peer ?? super.remote
  }

  override get pathMtu(): number {
    return this.closed ? 0 : this.port.pathMtu()
  }

  get ended(): boolean {
    return false
  }

  protected transmit(): boolean {
    return this.port.send(this.outbox, this)
  }

  protected get maySend(): boolean {
    return this.port.maySend
  }

  // ---------------------------------------------------------------------------------------------------- the port

  lostIncoming(cause: IncomingLoss, count: number): void {
    this.dropped(cause, count)
  }

  bounced(name: Uint8Array | null, error: Error, mtu: number): void {
    this.lostWritten('unreachable', 1)
    const { peer, strict } = this.parts
    // Of many peers one that is not there must not stop what is written to the others.
    if (peer === null || !strict) return
    const failure = this.describeFailure(name, error, mtu)
    if (failure.code === 'ERR_CAMIO_TOO_LARGE') this.tellLater(failure)
    else this.fail(failure)
  }

  broken(error: Error): void {
    this.fail(fromSystemError(error, this.uri, 'lost'))
  }

  override fail(error: CamioError): void {
    this.port.deafen()
    super.fail(error)
  }

  protected destroy(): void {
    this.closeWriting()
    // The program may still look at its lease: that memory goes to the garbage collector, never back to the pool.
    if (!this.isLent) this.port.relax()
    this.port.close()
  }
}
