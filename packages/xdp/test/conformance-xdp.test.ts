/** `xdp:` passes the suite, between two network namespaces. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { CABLES } from './cable.js'
import { cables, missing } from './namespaces.js'

if (missing !== null) {
  test.skip(`xdp: conformance between network namespaces (${missing})`, (t) => t.pass())
} else {
  const GROUPS = 3
  const { a, b, remove } = cables(GROUPS * CABLES, 9000)
  test.after.always(remove)
  let next = 0
  conformance({
    test: test.serial,
    harness: {
      scheme: 'cable-xdp',
      label: 'xdp:',
      module: import.meta.resolve('./cable.js'),
      // Closing a socket waits for the kernel (RCU), and one case closes hundreds.
      timeout: 100_000,
      pair: { address: () => `cable-xdp:${a}/${b}/${(next++ % GROUPS) * CABLES}/${next}` },
    },
  })
}
