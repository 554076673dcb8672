/** `netmap:` passes the suite, between the two ends of a pipe. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import './cable.js'

let next = 0
conformance({
  test: test.serial,
  harness: {
    scheme: 'cable-pipe',
    label: 'netmap:',
    module: import.meta.resolve('./cable.js'),
    timeout: 100_000,
    pair: { address: () => `cable-pipe:${process.pid.toString(36)}/${next++}` },
  },
})
