/** The options of `udp:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'

const MAX_BUFFER = 2 ** 30

export const udpOptions = {
  engine: option.enum(['auto', 'native', 'node'], {
    default: 'auto',
    help: 'native (Linux) or node (node:dgram); auto takes the native one where it can be loaded',
  }),
  bind: option.string({ help: 'open: the local address, numeric, with or without :port' }),
  unreachable: option.enum(['fail', 'count'], {
    default: 'fail',
    help: 'a peer’s host answers that nobody is there: it breaks the stream to this one peer, or is counted only',
  }),
  'ip-fragment': option.bool({ default: true, help: 'no: what the path cannot take whole is not sent, and told' }),
  gather: option.time({
    max: 100,
    help: 'let datagrams gather for so long between all wake-ups of this thread’s udp:, or never (0); default: 50us in floods',
  }),
  timestamps: option.bool({ help: 'when the system received a datagram: the stream’s timestamp' }),

  iface: option.string({ help: 'multicast: the interface, by name or address' }),
  source: option.string({ help: 'multicast: the only sender to hear, numeric (source-specific join)' }),
  loop: option.bool({ default: true, help: 'multicast: receivers on this host get what is sent here' }),
  ttl: option.int({ min: 0, max: 255, help: 'how many routers may pass it on; the system’s: 64, multicast 1' }),
  broadcast: option.bool({ help: 'allow broadcast addresses' }),

  reuseport: option.bool({ help: 'share the port with other sockets that say so, too (SO_REUSEPORT)' }),
  rcvbuf: option.size({ default: 0, max: MAX_BUFFER, help: 'SO_RCVBUF; 0 leaves it to the system' }),
  sndbuf: option.size({ default: 0, max: MAX_BUFFER, help: 'SO_SNDBUF; 0 leaves it to the system' }),
  tos: option.int({ min: 0, max: 255, help: 'type of service, or traffic class (its lowest two bits are ecn)' }),
  ecn: option.enum(['not-ect', 'ect0', 'ect1'], { help: 'explicit congestion notification, RFC 3168' }),

  queue: option.size({
    default: 256 * 1024,
    min: 64 * 1024,
    max: 2 ** 28,
    help: 'bytes that may wait to be read from one peer (listen), or from all (node engine)',
  }),
  idle: option.time({
    default: 60_000,
    min: 10,
    max: 86_400_000,
    help: 'listen: a peer that says nothing so long has ended',
  }),
  peers: option.int({
    default: 1024,
    min: 1,
    max: 2 ** 20,
    help: 'listen: peers at once; datagrams of others are dropped',
  }),
  backlog: option.int({ default: 128, min: 1, max: 65_535, help: 'listen: peers that may wait to be accepted' }),
} as const
