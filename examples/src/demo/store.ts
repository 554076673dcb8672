/**
 * One key-value server, reached by one client program over every transport at once: `camio-kv`, as its user would start it. Each of the
 * two is a process; the client is told URIs, and nothing else.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { registry } from '@camio/core'
import { aligned, short } from '@camio/show'
import type { Certificates } from './certificates.js'

const PROGRAM = fileURLToPath(new URL('../../kv/bin/camio-kv.mjs', import.meta.url))

/** A line of `camio-kv bench --json`, as far as it is shown. */
export interface StoreResult {
  readonly scheme: string
  readonly operations: number
  readonly perSecond: number
  readonly latencyUs: { readonly p50: number; readonly p99: number }
  /** User-space copies an operation at each end. */
  readonly copies: { readonly client: number; readonly server: number }
}

export interface StoreDemo {
  readonly folder: string
  readonly certificates: Certificates
  /** For each transport, such as `1s`. */
  readonly time: string
  tell(text: string): void
}

/** @throws when the server does not start, or the client found anything wrong */
export async function runStore({ folder, certificates, time, tell }: StoreDemo): Promise<StoreResult[]> {
  const server = start(['serve', ...listening(folder, certificates).flatMap((uri) => ['--listen', uri])])
  try {
    const uris = await bound(server)
    for (const uri of uris) tell(`  ${uri.replace(/\?.*/, '')}`)
    const ca = join(folder, 'ca.pem')
    writeFileSync(ca, certificates.ca)
    const client = start(['bench', '--json', '--time', time, ...uris], { CAMIO_TLS_CA: ca })
    const closed = once(client, 'close')
    const results: StoreResult[] = []
    for await (const line of createInterface({ input: client.stdout! })) results.push(JSON.parse(line) as StoreResult)
    const [code] = await closed
    if (code !== 0) throw new Error(`camio-kv bench ended with code ${code}`)
    return results
  } finally {
    const ended = once(server, 'close')
    if (server.kill()) await ended
  }
}

function listening(folder: string, { cert, key }: Certificates): string[] {
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key, { mode: 0o600 })
  return [
    ...(registry.driver('shm').available().ok ? [`shm:demo-kv-${process.pid}`] : []),
    `unix:${join(folder, 'kv.sock')}`,
    'tcp://127.0.0.1:0',
    `tls://127.0.0.1:0?cert-file=${certFile}&key-file=${keyFile}`,
    'udp://127.0.0.1:0',
  ]
}

/** It ends with this process, however that ends. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const kill = () => void child.kill()
  process.once('exit', kill)
  child.once('close', () => process.removeListener('exit', kill))
  return child
}

async function bound(server: ChildProcess): Promise<string[]> {
  const uris: string[] = []
  for await (const line of createInterface({ input: server.stdout! })) {
    const listens = /^camio-kv: listening on (.*)$/.exec(line)
    if (listens !== null) uris.push(listens[1]!)
    if (line === 'camio-kv: ready') return uris
  }
  throw new Error('camio-kv did not start')
}

const HEADS = ['store over', 'ops/s', 'p50 us', 'p99 us', 'copies/op']

export function storeTable(results: readonly StoreResult[], colours: boolean): string {
  const rows = results.map(({ scheme, perSecond, latencyUs: { p50, p99 }, copies }) => [
    scheme,
    short(Math.round(perSecond)),
    short(p50),
    short(p99),
    (copies.client + copies.server).toFixed(2),
  ])
  const [head, ...body] = aligned([HEADS, ...rows], [1, 2, 3, 4])
  return [colours ? `\u001b[1m${head}\u001b[0m` : head, ...body].join('\n')
}
