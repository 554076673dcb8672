/** The suite over a connection whose bytes come late. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { harness } from './transports.js'

conformance({ test: test.serial, harness: harness('tcp', { chaos: 'seed:4,delay:1ms' }) })
