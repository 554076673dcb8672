import '@camio/tcp'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { LOOPBACK } from './places.js'

for (const engine of ['native', 'node']) {
  conformance({
    test: test.serial,
    harness: {
      scheme: 'tcp',
      label: engine,
      module: import.meta.resolve('@camio/tcp'),
      options: { engine },
      pair: { address: () => LOOPBACK },
    },
  })
}
