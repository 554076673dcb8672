/** The native part (native/*.cc), loaded when it is first needed. Linux only. */
import { NativePart, type NativeSockets, type SlotBinding } from '@camio/core/spi'

export interface Interface {
  /** Bytes of a frame behind its header of 14. */
  readonly mtu: number
  /** ARPHRD_..., see netdevice(7). */
  readonly kind: number
  readonly mac: string
}

export interface PacketSocket {
  readonly slot: number
  readonly interface: Interface
  readonly blockSize: number
  /** Not where nothing is read. */
  readonly ring?: ArrayBuffer
}

/** Where a ring of AF_XDP lies, in bytes from the beginning of its buffer. */
export interface RingPlace {
  readonly buffer: ArrayBuffer
  /** A power of two. */
  readonly entries: number
  readonly producer: number
  readonly consumer: number
  readonly flags: number
  readonly descriptors: number
}

export interface XdpSocket {
  readonly slot: number
  readonly interface: Interface
  /** What runs: the driver's own XDP or the kernel's generic one; without a copy or with one in the kernel. */
  readonly native: boolean
  readonly zerocopy: boolean
  readonly fill: RingPlace
  readonly completion: RingPlace
  /** Not where nothing is read, or written. */
  readonly rx: RingPlace | null
  readonly tx: RingPlace | null
}

/** Setting up throws system errors as node:fs does; what runs per batch answers a number, negative: `-errno`. */
export interface Binding extends SlotBinding {
  /** From now on, after events the loop does not look for new ones for so long; 0: it looks at once. */
  gather(microseconds: number): void
  /** The errno that the socket has met, which is forgotten then, or 0. */
  takeError(slot: number): number
  /** 0, or the errno that a raw socket of that family is refused with. */
  mayOpen(family: number): number

  /**
   * @param netns the path of a network namespace, or nothing
   * @param settings flags, block size (0: what the MTU needs), ring size, milliseconds that a block may wait, SO_SNDBUF (0 leaves it)
   * @param filter classic BPF, four numbers an instruction
   */
  packetOpen(netns: string, name: string, settings: Int32Array, filter: Int32Array): PacketSocket
  /**
   * Sends frames `[first, first + count)`, each an offset and a length in `slab`.
   * @param report gets the errno that stopped it, or 0, and the number of system calls
   * @returns how many went
   */
  packetSend(
    slot: number,
    slab: Uint8Array,
    frames: Int32Array,
    first: number,
    count: number,
    report: Int32Array,
  ): number
  /** Is it still bound to an interface, or was that removed? */
  packetBound(slot: number): boolean
  /** Frames that the ring had no room for since it was asked last. */
  packetDrops(slot: number): number

  /** Pages for {@link xdpOpen}. */
  memoryOpen(bytes: number): { readonly id: number; readonly buffer: ArrayBuffer }
  memoryClose(id: number): void
  /**
   * @param settings flags, queue, attach (0 auto, 1 native, 2 skb), filter (0 all, 1 ethertype, 2 udp) and its value, bytes of a chunk,
   *   entries of the fill, completion, rx and tx rings
   * @param shared the slot of a socket that has the memory already, or -1: then it is registered
   */
  xdpOpen(netns: string, name: string, settings: Int32Array, memory: number, shared: number): XdpSocket
  /** Sends what waits in the tx ring, as much as the kernel does at a time. */
  xdpPush(slot: number): number
  /** The driver looks at the fill ring again. */
  xdpPull(slot: number): number
  /** XDP_STATISTICS in their order, as many as there is room for. */
  xdpStatistics(slot: number, counts: Float64Array): number
}

export const Family = { PACKET: 17, XDP: 44 } as const

export const native = new NativePart<Binding>('@camio/xdp', import.meta.url, '..')

/** The native part, and the epoll of this thread. */
export type Sockets = NativeSockets<Binding>
