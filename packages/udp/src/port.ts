/** A socket, of either engine: datagrams in as runs, runs out, and what the network says about those that were sent. */
import type { HostPort } from '@camio/core/net'
import type { Incoming } from './incoming.js'
import type { IncomingLoss } from './losses.js'
import type { Outbox } from './outbox.js'

/** Whoever has a socket: a stream of its own, or a listener with many. */
export interface PortOwner {
  /** Counters of system calls and the like: a stream's. */
  readonly counters: Float64Array
  /** Something may have come. */
  arrived(): void
  /** There may be room to send. */
  sendable(): void
  /** So many datagrams are lost that would have been read. */
  lostIncoming(cause: IncomingLoss, count: number): void
  /** The network answered to a datagram that was sent to `name` (`null`: to the only peer there is). @param mtu of the path, or 0 */
  bounced(name: Uint8Array | null, error: Error, mtu: number): void
  /** The socket itself is broken. */
  broken(error: Error): void
}

/** What comes of sending. */
export interface SendOwner {
  readonly counters: Float64Array
  /** A datagram of its outbox could not be sent. @param name where it was to go, as with `bounced` */
  unsent(name: Uint8Array | null, error: Error): void
}

export interface Port extends Incoming {
  readonly local: HostPort
  /** The largest datagram that can be sent. */
  readonly largest: number
  /** Might `send` get further? `false`: only after `sendable`. */
  readonly maySend: boolean
  /** Receives no more: what came by now is all. */
  deafen(): void
  /** Sends what waits. @returns whether all of it is with the system */
  send(outbox: Outbox, owner: SendOwner): boolean
  /** What the path to the connected peer takes at once, IP header included; 0 where it is not known. */
  pathMtu(): number
  /** Asks the system for losses that no datagram has told of yet. */
  countLosses(): void
  close(): void
}
