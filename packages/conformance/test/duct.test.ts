/** The example of docs/writing-a-scheme.md is a real scheme: it passes. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import './duct.js'

let names = 0

conformance({
  test: test.serial,
  harness: {
    scheme: 'duct',
    module: import.meta.resolve('./duct.js'),
    pair: { address: () => `duct:${++names}` },
  },
})
