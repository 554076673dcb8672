/** The suite over a transport that is late, and one that loses. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { harness } from './transports.js'

conformance({ test: test.serial, harness: harness('mem', { chaos: 'seed:1,delay:2ms' }) })
conformance({
  test: test.serial,
  harness: harness('mem', { chaos: 'seed:2,loss:0.1,reorder:0.1,duplicate:0.05,after:200' }),
})
conformance({ test: test.serial, harness: harness('mem', { framing: 'bytes', chaos: 'seed:3,delay:2ms' }) })
