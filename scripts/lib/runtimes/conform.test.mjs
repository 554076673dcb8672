// The suite by `node:test`, which Bun and Deno have, for the scheme in CAMIO_SCHEME. They take the `node` engine by themselves.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { conformance } from '@camio/conformance'
import { fileUri, parseUri } from '@camio/core'

const folder = mkdtempSync(join(tmpdir(), 'camio-runtime-'))
after(() => rmSync(folder, { recursive: true }))

let places = 0
const place = () => join(folder, String(++places))

const HARNESSES = {
  mem: { module: '@camio/mem', pair: { address: () => `mem:${++places}` } },
  timer: { module: '@camio/timer', source: { uri: () => 'timer:10ms' } },
  file: {
    module: '@camio/file',
    store: {
      place: () => fileUri(place()),
      put: (uri, bytes) => writeFileSync(parseUri(uri).address, bytes),
      get: (uri) => readFileSync(parseUri(uri).address),
    },
  },
  tcp: { module: '@camio/tcp', pair: { address: () => 'tcp://127.0.0.1:0' } },
  unix: { module: '@camio/tcp', pair: { address: () => fileUri(place()).replace(/^file/, 'unix') } },
  udp: { module: '@camio/udp', pair: { address: () => 'udp://127.0.0.1:0' } },
}

const scheme = process.env.CAMIO_SCHEME
const { module, ...harness } = HARNESSES[scheme]
await import(module)
conformance({ test, harness: { scheme, module: import.meta.resolve(module), ...harness } })
