/** The suite over memory that is late, or that loses and reorders. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { harness } from './transports.js'

conformance({ test: test.serial, harness: harness('mem', { chaos: 'seed:1,delay:1ms' }) })
// Nothing happens to the few messages of the cases that are not about losses.
conformance({ test: test.serial, harness: harness('mem', { chaos: 'seed:2,loss:0.1,reorder:0.1,after:600' }) })
