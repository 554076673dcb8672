import '@camio/tcp'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { freshAbstract, freshUnix } from './places.js'

const module = import.meta.resolve('@camio/tcp')

for (const engine of ['native', 'node']) {
  conformance({
    test: test.serial,
    harness: { scheme: 'unix', label: engine, module, options: { engine }, pair: { address: freshUnix } },
  })
}

conformance({
  test: test.serial,
  harness: { scheme: 'unix', label: 'abstract', module, pair: { address: freshAbstract } },
})
