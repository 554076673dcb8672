/** The native part (native/*.cc), loaded when it is first needed. Linux only; elsewhere the node engine runs. */
import { NativePart, type SlotBinding, type NativeSockets as SocketsOf } from '@camio/core/spi'

/**
 * Sockets are known by slots, small numbers that are used again after `close`. Setting up throws system errors as node:fs does;
 * what runs per batch answers a number, negative: `-errno`.
 */
export interface Binding extends SlotBinding {
  /**
   * Hosts are numeric. `flags`: see {@link Flag}. `buffers`: SO_RCVBUF and SO_SNDBUF, 0 to leave them. `congestion`: a
   * name, or nothing to leave it. @returns a slot
   */
  connectIp(
    host: string,
    port: number,
    localHost: string,
    localPort: number,
    flags: number,
    buffers: Int32Array,
    congestion: string,
  ): number
  /** @throws EAGAIN where the listener's queue is full */
  connectUnix(name: string, abstract: boolean, flags: number, buffers: Int32Array): number
  /** How a connect ended: 0 or an errno (positive). */
  connected(slot: number): number
  listenIp(host: string, port: number, backlog: number, flags: number, buffers: Int32Array, congestion: string): number
  listenUnix(name: string, abstract: boolean, mode: number, backlog: number, flags: number, buffers: Int32Array): number
  /** Puts the slots of accepted sockets into `slots`, {@link Flag.UNPACED_HERE} where asked for. @returns their number; `-errno` when there are none */
  accept(slot: number, slots: Int32Array, unpacedHere: boolean): number

  /** @returns bytes received, 0 at the end, `-errno` */
  receive(slot: number, target: Uint8Array, offset: number, length: number): number
  /**
   * Sends `[offset, offset + length)`, then `[0, second)` of `source`, in one call.
   * @param more the system may hold back a last packet that is not full (MSG_MORE)
   * @returns bytes sent, `-errno`
   */
  send(slot: number, source: Uint8Array, offset: number, length: number, second: number, more: boolean): number
  /** Lets go what the system held back for `more`, on a TCP socket with `nodelay`. @returns 0 or `-errno` */
  sendHeld(slot: number): number
  /** Receives and forgets. @returns 0 at the end, `-errno` (EAGAIN: nothing left now), > 0: there is more */
  dropInput(slot: number): number
  /** Bytes sent that the peer's system has not acknowledged. */
  unacknowledged(slot: number): number
  /** Sends no more; receiving goes on unless `both` ways are shut. */
  shutDown(slot: number, both: boolean): number

  descriptor(slot: number): number
  localAddress(slot: number): SocketName
  /** `null`: the peer is gone already. */
  peerAddress(slot: number): SocketName | null
  /** The user at the other end of a unix socket. */
  peerUid(slot: number): number
}

export type SocketName = { readonly host: string; readonly port: number } | { readonly path: string }

/** `UNPACED_HERE`: between two ends on this host no pacing congestion control, see native/congestion.h. */
export const Flag = { NODELAY: 1, KEEPALIVE: 2, REUSEPORT: 4, UNPACED_HERE: 8 } as const

export const native = new NativePart<Binding>('@camio/tcp', import.meta.url, '../..')

/** The native part, and the epoll of this thread. */
export type NativeSockets = SocketsOf<Binding>
