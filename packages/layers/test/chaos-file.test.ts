/** The suite over files whose bytes come in parts, framed and mapped ones. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { conformance, type StoreHarness } from '@camio/conformance'
import { fileUri, parseUri } from '@camio/core'
import test from 'ava'
import '@camio/file'
import { folder, harness } from './transports.js'

let files = 0

const store: StoreHarness = {
  place: () => fileUri(join(folder(), `file-${++files}`)),
  put: (uri, bytes) => writeFileSync(parseUri(uri).address, bytes),
  get: (uri) => readFileSync(parseUri(uri).address),
}

for (const [scheme, options] of [
  ['file', { chaos: 'seed:8,partial:0.3', frame: 'u32' }],
  ['mmap', { chaos: 'seed:80,partial:0.3,after:1KiB' }],
] as const) {
  const { pair: _, ...rest } = harness(scheme, options)
  const place = () => store.place().toString().replace(/^file/, scheme)
  conformance({ test: test.serial, harness: { ...rest, store: { ...store, place } } })
}
