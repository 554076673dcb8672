/** `CAMIO_DEBUG=lease` changes nothing but who owns the memory. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import '@camio/mem'

process.env.CAMIO_DEBUG = 'lease'

let names = 0

for (const framing of ['messages', 'bytes']) {
  conformance({
    test: test.serial,
    harness: {
      scheme: 'mem',
      label: `CAMIO_DEBUG=lease, framing=${framing}`,
      module: import.meta.resolve('@camio/mem'),
      options: { framing },
      pair: { address: () => `mem:debug-${++names}` },
    },
  })
}
