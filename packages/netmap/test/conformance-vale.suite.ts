/** `vale:` passes the suite, between two ports of a switch. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { SWITCHES } from './cable.js'

let next = 0
conformance({
  test: test.serial,
  harness: {
    scheme: 'cable-vale',
    label: 'vale:',
    module: import.meta.resolve('./cable.js'),
    timeout: 100_000,
    pair: { atOnce: SWITCHES, address: () => `cable-vale:${process.pid.toString(36)}/${next++}` },
  },
})
