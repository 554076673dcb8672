/** The native part (native/*.cc), loaded when it is first needed. Linux only. */
import { NativePart, type NativeSockets, type SlotBinding } from '@camio/core/spi'

/** A ring that the descriptor is bound to; offsets are bytes from the beginning of the memory. All of it lies within. */
export interface RingPlace {
  readonly at: number
  /** Need not be a power of two. */
  readonly slots: number
  /** Where buffer 0 would lie; 0 and 1 are nobody's. */
  readonly buffers: number
  /** Bytes of a buffer. */
  readonly size: number
  /** Indexes from here on are outside of the memory. */
  readonly count: number
  /** To, or from, the host's own network stack. */
  readonly host: boolean
}

export interface Interface {
  readonly index: number
  /** Bytes of a frame behind its header of 14. */
  readonly mtu: number
  /** ARPHRD_..., see netdevice(7). */
  readonly kind: number
  readonly mac: string
}

export interface OpenedPort {
  readonly slot: number
  readonly buffer: ArrayBuffer
  /** The memory's number: ports with the same one can exchange buffers. */
  readonly memory: number
  /** Offset of what netmap.h calls netmap_if. */
  readonly at: number
  /** Extra buffers that were granted. */
  readonly extra: number
  readonly tx: readonly RingPlace[]
  readonly rx: readonly RingPlace[]
  /** `null`: a port of a switch, a pipe. */
  readonly interface: Interface | null
}

/** Setting up throws system errors as node:fs does; what runs per batch answers 0 or `-errno`. */
export interface Binding extends SlotBinding {
  /** 0, or the errno that /dev/netmap is refused with. */
  mayOpen(): number
  /**
   * @param name as the kernel takes it: without `netmap:`, with `valeX:`
   * @param settings mode, ring, flags, tx slots, rx slots, tx rings, rx rings, memory, extra buffers (0 leaves each to the port), 1 if
   *   there is an interface of that name, the events of epoll(7) to watch for
   */
  openPort(name: string, settings: Int32Array): OpenedPort
  /** What stands before each tx ring's head is the kernel's; what it has done with comes back. */
  txSync(slot: number): number
  /** What stands before each rx ring's head is the kernel's again; what it received comes. */
  rxSync(slot: number): number
  /** Is there an interface of this index? */
  isThere(index: number): boolean
}

export const native = new NativePart<Binding>('@camio/netmap', import.meta.url, '..')

/** The native part, and the epoll of this thread. */
export type Sockets = NativeSockets<Binding>
