import '@camio/shm'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { freshName } from './support/names.js'

const module = import.meta.resolve('@camio/shm')
const pair = { address: freshName }

conformance({ test: test.serial, harness: { scheme: 'shm', module, pair } })
// A ring that is full and wraps all the time.
conformance({
  test: test.serial,
  harness: { scheme: 'shm', label: 'small', module, pair, options: { capacity: '128KiB' } },
})
conformance({
  test: test.serial,
  harness: { scheme: 'shm', label: 'framing=bytes', module, pair, options: { framing: 'bytes' } },
})
