import { conformance } from '@camio/conformance'
import test from 'ava'
import { memHarness } from './support.js'

conformance({ test: test.serial, harness: memHarness() })
