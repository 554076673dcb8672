import '@camio/shm'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { freshName } from './names.js'

conformance({
  test: test.serial,
  harness: { scheme: 'shm', module: import.meta.resolve('@camio/shm'), pair: { address: freshName } },
})
