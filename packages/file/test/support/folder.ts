/** A folder of the test file's own, gone when its tests are over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileUri } from '@camio/core'
import test from 'ava'

const folder = mkdtempSync(join(tmpdir(), 'camio-file-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

let names = 0

/** A path at which nothing is. */
export function fresh(name = 'file'): string {
  return join(folder, `${name}-${++names}`)
}

/** `file:` URI of a path, with options. */
export function uri(path: string, options = '', scheme = 'file'): string {
  const plain = fileUri(path).replace(/^file/, scheme)
  return options === '' ? plain : `${plain}?${options}`
}
