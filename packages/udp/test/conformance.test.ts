/** Both engines pass the suite, with what a lossy, connectionless transport has of it. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import '@camio/udp'

for (const engine of ['native', 'node']) {
  conformance({
    test: test.serial,
    harness: {
      scheme: 'udp',
      label: `engine=${engine}`,
      module: import.meta.resolve('@camio/udp'),
      options: { engine },
      pair: { address: () => 'udp://127.0.0.1:0' },
    },
  })
}

conformance({
  test: test.serial,
  harness: {
    scheme: 'udp',
    label: 'IPv6',
    module: import.meta.resolve('@camio/udp'),
    pair: { address: () => 'udp://[::1]:0' },
  },
})
