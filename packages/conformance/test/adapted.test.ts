/** What goes through a Node stream, or a Web stream, and back is still a byte stream that keeps the contract. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import './adapted.js'

let names = 0

for (const scheme of ['node', 'web']) {
  conformance({
    test: test.serial,
    harness: {
      scheme,
      module: import.meta.resolve('./adapted.js'),
      options: {},
      pair: { address: () => `${scheme}:adapted-${++names}` },
    },
  })
}
