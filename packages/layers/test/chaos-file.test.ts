/** The suite over framed files whose bytes come in parts. */
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

const { pair: _, ...rest } = harness('file', { chaos: 'seed:8,partial:0.3', frame: 'u32' })
conformance({ test: test.serial, harness: { ...rest, store } })
