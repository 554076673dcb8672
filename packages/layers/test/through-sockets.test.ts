/** Layers that change nothing keep the contract of connections, and of datagrams. */
import { join } from 'node:path'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { folder, harness } from './transports.js'

const record = join(folder(), 'suite.pcapng')

conformance({ test: test.serial, harness: harness('tcp', { record }) })
conformance({ test: test.serial, harness: harness('udp', { record, fragment: '600' }) })
