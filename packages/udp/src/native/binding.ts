/** The native part (native/*.cc), loaded when it is first needed. Linux only; elsewhere the node engine runs. */
import { NativePart, type SlotBinding } from '@camio/core/spi'

/** Setting up throws system errors as node:fs does; what runs per batch answers a number, negative: `-errno`. Hosts are numeric. */
export interface Binding extends SlotBinding {
  /**
   * After a wake-up the loop does not look for new events for so long; 0: it looks at once; {@link IN_FLOODS}: the native part decides
   * by what comes. `poll` always looks.
   */
  gather(microseconds: number): void

  /**
   * An empty host is none: nothing is bound, connected to, or joined.
   * @param settings flags (see {@link Flag}), SO_RCVBUF, SO_SNDBUF (0 leaves them), TOS, TTL (-1), the interface of multicast (0)
   * @returns a slot
   */
  open(
    localHost: string,
    localPort: number,
    remoteHost: string,
    remotePort: number,
    groupHost: string,
    groupPort: number,
    sourceHost: string,
    sourcePort: number,
    settings: Int32Array,
  ): number
  /** 0: there is none of that name. */
  interfaceIndex(name: string): number

  /**
   * Receives a batch into as many parts of `slab` as `runs` and `names` have room for. A run is three numbers: offset, length, segment.
   * `times` (milliseconds since 1970) may be empty. `report[0]` becomes 1 when `report[1]` is how many
   * datagrams the socket has dropped so far, modulo 2^32;
   * `report[2]` how many did not fit their part, and are left out.
   * @returns how many runs
   */
  receive(
    slot: number,
    slab: Uint8Array,
    runs: Int32Array,
    names: Uint8Array,
    times: Float64Array,
    report: Int32Array,
  ): number
  /**
   * Sends runs `[first, first + count)`, four numbers each (see outbox.ts), taking what was sent off their front.
   * @param report gets the errno that stopped it, or 0; the number of system calls; an errno that an earlier datagram brought back, or 0
   * @returns how many runs went whole
   */
  send(
    slot: number,
    slab: Uint8Array,
    runs: Int32Array,
    first: number,
    count: number,
    targets: Uint8Array,
    report: Int32Array,
  ): number
  /** Takes the network's answers off the queue: an errno and an MTU each, and the name that the datagram went to. @returns how many */
  errors(slot: number, failures: Int32Array, names: Uint8Array): number

  localAddress(slot: number): { readonly host: string; readonly port: number }
  /** Datagrams that the socket has dropped so far, modulo 2^32. */
  drops(slot: number): number
  /** Of a connected socket. */
  pathMtu(slot: number): number
}

/** native/gathering.h has the same number. */
export const IN_FLOODS = -1

/** native/settings.h has the same numbers. */
export const Flag = {
  REUSEPORT: 1,
  REUSEADDR: 2,
  BROADCAST: 4,
  TIMESTAMPS: 8,
  WHOLE: 16,
  NO_LOOP: 32,
} as const

export const native = new NativePart<Binding>('@camio/udp', import.meta.url, '../..')
