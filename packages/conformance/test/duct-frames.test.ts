/** The messages view over bytes passes what a message stream must. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import './duct.js'

let names = 0

for (const frame of ['u16le', 'u32', 'u64', 'varint', 'line', 'cobs']) {
  conformance({
    test: test.serial,
    harness: {
      scheme: 'duct',
      label: `frame=${frame}`,
      module: import.meta.resolve('./duct.js'),
      options: { frame },
      pair: { address: () => `duct:${frame}-${++names}` },
    },
  })
}
