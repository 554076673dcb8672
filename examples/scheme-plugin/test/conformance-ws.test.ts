/** `ws:` passes the suite. */
import test from 'node:test'
import { conformance } from '@camio/conformance'
import 'camio-ws'

conformance({
  test,
  harness: {
    scheme: 'ws',
    module: import.meta.resolve('camio-ws'),
    pair: { address: () => 'ws://127.0.0.1:0/suite' },
  },
})
