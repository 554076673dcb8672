/** The byte view over messages passes what a byte stream must. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { memHarness } from './support.js'

conformance({ test: test.serial, harness: memHarness('framing=bytes', { framing: 'bytes' }) })
