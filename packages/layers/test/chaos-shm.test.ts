/** The suite over shared memory that is late. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { harness } from './transports.js'

conformance({ test: test.serial, harness: harness('shm', { chaos: 'seed:3,delay:1ms' }) })
