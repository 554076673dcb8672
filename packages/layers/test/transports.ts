/** A fresh place to listen for each transport that has pairs of streams. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Harness, PlainOptions } from '@camio/conformance'
import '@camio/layers'
import '@camio/mem'
import '@camio/shm'
import '@camio/tcp'
import '@camio/udp'
import { ROUNDS } from './rounds.js'

let names = 0

/** A name that nobody has. */
export function fresh(scheme: 'mem' | 'shm'): string {
  return `${scheme}:${freshName()}`
}

function freshName(): string {
  names++
  return `layers-${process.pid}-${names}`
}

/** Workers and children import the layers as well. */
const BOTH = new URL('./both.js', import.meta.url).href

const ADDRESSES: Readonly<Record<string, () => string>> = {
  mem: () => fresh('mem'),
  shm: () => fresh('shm'),
  tcp: () => 'tcp://127.0.0.1:0',
  unix: () => `unix:${join(folder(), freshName())}`,
  tls: () => 'tls://127.0.0.1:0',
  udp: () => 'udp://127.0.0.1:0',
}

let made: string | null = null

/** Removed when the process ends. */
export function folder(): string {
  if (made !== null) return made
  const path = mkdtempSync(join(tmpdir(), 'camio-layers-'))
  process.once('exit', () => rmSync(path, { recursive: true, force: true }))
  made = path
  return path
}

export function harness(scheme: string, options: PlainOptions): Harness {
  const label = Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
  const rounds = scheme === 'mem' ? {} : { rounds: ROUNDS }
  return { scheme, module: BOTH, label, options, ...rounds, pair: { address: ADDRESSES[scheme]! } }
}
