/** Layers that change nothing keep the contract. */
import { join } from 'node:path'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { folder, harness } from './transports.js'

const record = join(folder(), 'suite.pcapng')

for (const options of [{ record }, { rate: '200MiB/s,burst:4MiB' }, { fragment: '1KiB' }])
  conformance({ test: test.serial, harness: harness('mem', options) })
