/** `CAMIO_DEBUG=lease` changes nothing but who owns the memory: addresses and losses pass through. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import '@camio/udp'

process.env.CAMIO_DEBUG = 'lease'

conformance({
  test: test.serial,
  harness: {
    scheme: 'udp',
    label: 'CAMIO_DEBUG=lease',
    module: import.meta.resolve('@camio/udp'),
    pair: { address: () => 'udp://127.0.0.1:0' },
  },
})
