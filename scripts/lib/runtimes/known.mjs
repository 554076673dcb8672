// What Bun 1.4 and Deno 2.9 do otherwise than Node, by the case that shows it and what is seen there.

const CLOSING = {
  'close: wakes whoever waits with ERR_CAMIO_CLOSED': 'who waits when the stream closes gets no error',
}

const BUN_SOCKET = {
  ...CLOSING,
  'close: wakes a write that waits for room': 'the write is said to have succeeded',
  'close: with a lease and a claim out is safe; releasing and cancelling late does no harm': 'a read gets no error',
  'partial release: a lease grows up to max-lease, then reading is ERR_CAMIO_TOO_LARGE': 'one lease is over max-lease',
}

const CANCELED = 'writing to a lost peer is ERR_CAMIO_SYSTEM: ECANCELED'
const STAYS = 'the process does not end'

/** By runtime and scheme. */
export const KNOWN = {
  Bun: {
    tcp: BUN_SOCKET,
    unix: {
      ...BUN_SOCKET,
      'pipe: a sink that breaks is an error that says how far it came':
        'writing to a lost peer is ERR_CAMIO_SYSTEM: EBADF',
    },
  },
  Deno: {
    tcp: {
      ...CLOSING,
      'outcomes: broken, everything read': CANCELED,
      'a killed peer: wakes a survivor that waits to write, with a typed error': CANCELED,
    },
    unix: CLOSING,
    udp: {
      'open: a closed listener gives its address back': 'EADDRINUSE',
      'process exit: open streams and a listener that nobody waits for let the process exit': STAYS,
      'process exit: unless what it waits for was unref’ed': STAYS,
    },
  },
}
