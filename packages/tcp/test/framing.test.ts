import '@camio/tcp'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { LOOPBACK } from './places.js'

// What most programs use: messages over a connection.
conformance({
  test: test.serial,
  harness: {
    scheme: 'tcp',
    label: 'frame=u32',
    module: import.meta.resolve('@camio/tcp'),
    options: { framing: 'messages', frame: 'u32' },
    pair: { address: () => LOOPBACK },
  },
})
