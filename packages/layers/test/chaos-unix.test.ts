/** The suite over a socket whose bytes come in parts; its first small messages come whole, as on a host that has nothing else to do. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { harness } from './transports.js'

conformance({ test: test.serial, harness: harness('unix', { chaos: 'seed:5,partial:0.3,after:1KiB' }) })
