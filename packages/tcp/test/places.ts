/** Where tests listen: names that no other run uses. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'camio-tcp-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
let count = 0

/** A path that names nothing yet, in a folder that goes with the process. */
export function freshPath(): string {
  return join(folder, `${++count}`)
}

export function freshUnix(): string {
  return `unix:${freshPath()}`
}

export function freshAbstract(): string {
  return `unix:@camio-test-${process.pid}-${++count}`
}

export const LOOPBACK = 'tcp://127.0.0.1:0'
