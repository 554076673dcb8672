/** Layers that change nothing keep the contract, one inside the other. */
import { join } from 'node:path'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { folder, harness } from './transports.js'

const record = join(folder(), 'suite.pcapng')

conformance({ test: test.serial, harness: harness('mem', { record }) })
conformance({ test: test.serial, harness: harness('mem', { rate: '200MiB/s,burst:4MiB' }) })
conformance({ test: test.serial, harness: harness('mem', { fragment: '1KiB' }) })
