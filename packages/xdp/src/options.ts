/** The options of `packet:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'
import { checkFilter } from './filter.js'

const shared = {
  netns: option.string({ help: 'a network namespace, by its name (ip netns) or path' }),
  filter: option.string({
    default: 'all',
    check: checkFilter,
    help: 'which frames to read: all, ethertype:0x88b5, udp:7000 (IPv4 and IPv6)',
  }),
  promisc: option.bool({ help: 'read what is for other stations, too' }),
}

export const packetOptions = {
  ...shared,
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
