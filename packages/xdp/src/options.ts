/** The options of `packet:` and `xdp:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'
import { checkFilter } from './filter.js'

const shared = {
  netns: option.string({ help: 'a network namespace, by its name (ip netns) or path' }),
  filter: option.string({
    default: 'all',
    check: checkFilter,
    help: 'which frames to read: all, ethertype:0x88b5, udp:7000 (IPv4 and IPv6)',
  }),
}

export const packetOptions = {
  ...shared,
  promisc: option.bool({ help: 'read what is for other stations, too' }),
  outgoing: option.bool({ help: 'read what others on this host send, too' }),
  ring: option.size({
    default: 2 * 1024 * 1024,
    min: 128 * 1024,
    max: 2 ** 30,
    help: 'memory for frames that nobody has read yet',
  }),
  latency: option.time({
    default: 1,
    min: 1,
    max: 10_000,
    help: 'how long a frame may wait for others, which are handed over together',
  }),
  sndbuf: option.size({ default: 0, max: 2 ** 30, help: 'SO_SNDBUF; 0 leaves it to the system' }),
} as const

/** Rings have a power of two of entries. */
function checkEntries(count: number): string | null {
  return Number.isInteger(Math.log2(count)) ? null : `is ${count}, not a power of two`
}

const ENTRIES = { default: 1024, min: 64, max: 32_768, check: checkEntries } as const

export const xdpOptions = {
  ...shared,
  queue: option.int({
    default: 0,
    min: 0,
    max: 255,
    help: 'the interface’s queue, of which each has a stream of its own',
  }),
  attach: option.enum(['auto', 'native', 'skb'], {
    default: 'auto',
    help: 'where the program runs: in the driver (native), in the kernel’s generic path (skb), or wherever it can',
  }),
  zerocopy: option.enum(['auto', 'on', 'off'], {
    default: 'auto',
    help: 'whether the card itself reads and writes the memory; auto: where its driver can',
  }),
  rx: option.int({ ...ENTRIES, help: 'frames that may wait to be read, 4 KiB each; a power of two' }),
  tx: option.int({ ...ENTRIES, help: 'frames that may wait to be sent, 4 KiB each; a power of two' }),
  gather: option.time({
    default: 0.1,
    max: 100,
    help: 'while many frames come, how long they may gather between wake-ups, in all of this thread’s xdp: and packet:',
  }),
  share: option.string({
    help: 'streams of a thread with the same name share memory: a pipe between them copies nothing',
  }),
  streams: option.int({ default: 2, min: 1, max: 16, help: 'how many streams the memory of share= has room for' }),
} as const
