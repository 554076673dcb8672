/** The suite over datagrams that are lost, come late and in any order. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { harness } from './transports.js'

conformance({
  test: test.serial,
  harness: harness('udp', { chaos: 'seed:6,loss:0.1,reorder:0.1,delay:1ms,after:600' }),
})
