import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { conformance, type PlainOptions, type StoreHarness } from '@camio/conformance'
import { fileUri, parseUri } from '@camio/core'
import test from 'ava'
import '@camio/file'

const folder = mkdtempSync(join(tmpdir(), 'camio file-'))
test.after.always(() => rmSync(folder, { recursive: true }))

let files = 0

/** Fresh files, under names that need escapes. */
function store(scheme: string): StoreHarness {
  return {
    place: () => fileUri(join(folder, `${++files} 100%?`)).replace(/^file/, scheme),
    put: (uri, bytes) => writeFileSync(parseUri(uri).address, bytes),
    get: (uri) => readFileSync(parseUri(uri).address),
  }
}

const module = import.meta.resolve('@camio/file')

function run(scheme: string, label: string, options: PlainOptions): void {
  conformance({ test: test.serial, harness: { scheme, module, label, options, store: store(scheme) } })
}

run('file', 'native', { engine: 'native' })
run('file', 'node', { engine: 'node' })
run('file', 'native, u32 frames', { engine: 'native', framing: 'messages', frame: 'u32' })
run('file', 'node, u32 frames', { engine: 'node', framing: 'messages', frame: 'u32' })
run('mmap', '64 KiB windows', { window: '64KiB', chunk: '16KiB' })
