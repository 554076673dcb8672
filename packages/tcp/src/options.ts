/** The options of `tcp:`, `unix:` and `tls:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'

const engine = option.enum(['auto', 'native', 'node'], {
  default: 'auto',
  help: 'native (epoll, Linux) or node (node:net); auto takes the native one where it can be loaded',
})

/** What every kind of socket has. */
const socket = {
  listen: option.bool({ help: 'open: wait for one peer, then listen no more, as socat does' }),
  backlog: option.int({ default: 511, min: 1, max: 65_535, help: 'listen: connections that may wait to be accepted' }),
  'connect-timeout': option.time({ default: 30_000, min: 1, max: 3_600_000, help: 'open: how long to try' }),
} as const

const ip = {
  nodelay: option.bool({ default: true, help: 'send small pieces at once (TCP_NODELAY); core corks per turn already' }),
  keepalive: option.bool({ help: 'probe an idle peer (SO_KEEPALIVE)' }),
  reuseport: option.bool({ help: 'listen: share the port with other listeners (SO_REUSEPORT)' }),
  bind: option.string({ help: 'open: the local address, numeric, with or without :port' }),
} as const

const MAX_BUFFER = 2 ** 30

const buffers = {
  rcvbuf: option.size({ default: 0, max: MAX_BUFFER, help: 'SO_RCVBUF; 0 leaves it to the system' }),
  sndbuf: option.size({ default: 0, max: MAX_BUFFER, help: 'SO_SNDBUF; 0 leaves it to the system' }),
} as const

const congestion = option.string({
  default: 'auto',
  check: checkCongestion,
  help: 'TCP_CONGESTION by name, or system for its own; auto: reno to an end on this host, else the system’s',
})

export const tcpOptions = { engine, ...socket, ...ip, ...buffers, congestion } as const

export const unixOptions = {
  engine,
  ...socket,
  ...buffers,
  perm: option.string({ default: '0600', check: checkPerm, help: 'listen: the mode of the socket file, octal' }),
  uid: option.string({
    check: checkUid,
    help: 'whose peers are allowed: same (default for @names), any (default for paths) or a user’s number',
  }),
} as const

export const tlsOptions = {
  ...socket,
  ...ip,
  cert: option.object<string | Uint8Array>({ help: 'own certificate chain, PEM; else cert-file or $CAMIO_TLS_CERT' }),
  key: option.object<string | Uint8Array>({ help: 'its private key, PEM; else key-file or $CAMIO_TLS_KEY' }),
  ca: option.object<string | Uint8Array | ReadonlyArray<string | Uint8Array>>({
    help: 'whom to trust instead of the system’s list, PEM; else ca-file or $CAMIO_TLS_CA',
  }),
  passphrase: option.object<string>({ help: 'of the private key; else $CAMIO_TLS_PASSPHRASE' }),
  'cert-file': option.string({ help: 'path of the certificate chain, PEM' }),
  'key-file': option.string({ help: 'path of the private key, PEM' }),
  'ca-file': option.string({ help: 'path of the certificates to trust, PEM' }),
  verify: option.bool({ default: true, help: 'open: check the server’s certificate and name' }),
  servername: option.string({ help: 'open: the name to ask for (SNI) and to check; default: the host' }),
  alpn: option.string({ check: checkAlpn, help: 'protocols to offer, in order: h2,http/1.1' }),
  'client-cert': option.enum(['none', 'request', 'require'], {
    default: 'none',
    help: 'listen: ask the client for a certificate; require refuses clients without a valid one',
  }),
} as const

/** Names are at most 15 characters, see TCP_CA_NAME_MAX in linux/tcp.h. */
function checkCongestion(text: string): string | null {
  return /^[\w-]{1,15}$/.test(text) ? null : `is "${text}", not auto, system or a name such as cubic`
}

function checkPerm(text: string): string | null {
  return /^0?[0-7]{3}$/.test(text) ? null : `is "${text}", not an octal mode such as 0600`
}

function checkUid(text: string): string | null {
  return /^(same|any|\d{1,10})$/.test(text) ? null : `is "${text}", not same, any or a user’s number`
}

function checkAlpn(text: string): string | null {
  const good = text.split(',').every((name) => name.length > 0 && Buffer.byteLength(name) < 256)
  return good ? null : 'has an empty or too long name: write h2,http/1.1'
}
