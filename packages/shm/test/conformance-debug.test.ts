/** `CAMIO_DEBUG=lease` changes nothing but who owns the memory. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import '@camio/shm'
import { freshName } from './support/names.js'

process.env.CAMIO_DEBUG = 'lease'

for (const framing of ['messages', 'bytes']) {
  conformance({
    test: test.serial,
    harness: {
      scheme: 'shm',
      label: `CAMIO_DEBUG=lease, framing=${framing}`,
      module: import.meta.resolve('@camio/shm'),
      options: { framing },
      pair: { address: freshName },
    },
  })
}
