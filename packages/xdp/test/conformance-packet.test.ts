/** `packet:` passes the suite, between two network namespaces. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { CABLES } from './cable.js'
import { cables, missing } from './namespaces.js'

if (missing !== null) {
  test.skip(`packet: conformance between network namespaces (${missing})`, (t) => t.pass())
} else {
  const GROUPS = 3
  const { a, b, remove } = cables(GROUPS * CABLES, 40_000)
  test.after.always(remove)
  let next = 0
  conformance({
    test: test.serial,
    harness: {
      scheme: 'cable-packet',
      label: 'packet:',
      module: import.meta.resolve('./cable.js'),
      // Closing a socket waits for the kernel (RCU), and one case closes hundreds.
      timeout: 100_000,
      pair: { address: () => `cable-packet:${a}/${b}/${(next++ % GROUPS) * CABLES}/${next}` },
    },
  })
}
