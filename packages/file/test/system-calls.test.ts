/** What `pipe` says of the path it took, checked against what the kernel saw. */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import '@camio/file'
import { pattern } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { has, linux, makeFifo, needing } from './support/tools.js'

const CHILD = fileURLToPath(new URL('children/pipe.js', import.meta.url))
const MIB = 2 ** 20
const traced = needing(linux && has('strace', '-qq', 'true'), 'strace that may trace')

/** What counts as payload. The loader of libraries reads their heads at a position. */
const SMALLEST = new Map([
  ['read', 100_000],
  ['write', 100_000],
  ['pread64', 4096],
  ['pwrite64', 4096],
])
/** What a path calls for every byte. */
const CALLS = new Map([['read-write', ['pread64', 'pwrite64']]])

interface Traced {
  readonly said: { path: string; bytes: number; copies: number; systemCalls: number }
  /** System calls that moved payload, by name: how often, and bytes in all. */
  readonly seen: Map<string, { calls: number; bytes: number }>
}

function trace(from: string, ...to: string[]): Traced {
  const log = fresh('trace')
  const options = [
    '-f',
    '-qq',
    '-e',
    'trace=copy_file_range,splice,sendfile,tee,read,pread64,write,pwrite64',
    '-o',
    log,
  ]
  const { stderr, status } = spawnSync('strace', [...options, process.execPath, CHILD, from, ...to])
  if (status !== 0) throw new Error(stderr.toString())
  const seen: Traced['seen'] = new Map()
  for (const line of readFileSync(log, 'latin1').split('\n')) count(line, seen)
  return { said: JSON.parse(stderr.toString()) as Traced['said'], seen }
}

/** Small reads and writes are Node's own business; it names no position. */
function count(line: string, seen: Traced['seen']): void {
  const name = /^\d+ +(?:<\.\.\. )?(\w+)/.exec(line)?.[1]
  const bytes = Number(/ = (\d+)$/.exec(line)?.[1] ?? 0)
  if (name === undefined || bytes < (SMALLEST.get(name) ?? 1)) return
  const entry = seen.get(name) ?? { calls: 0, bytes: 0 }
  entry.calls += 1
  entry.bytes += bytes
  seen.set(name, entry)
}

function source(): string {
  const path = fresh()
  writeFileSync(path, pattern(3 * MIB))
  return uri(path)
}

traced('file to file: the path is the system call that moved everything', async (t) => {
  const { said, seen } = trace(source(), uri(fresh()))
  t.like(said, { bytes: 3 * MIB, copies: 0 })
  const calls = CALLS.get(said.path) ?? [said.path]
  for (const call of calls) t.is(seen.get(call)?.bytes, 3 * MIB)
  t.is(seen.size, calls.length)
})

traced('file to /dev/null: sendfile, and every call is counted', async (t) => {
  const { said, seen } = trace(source(), uri('/dev/null'))
  t.like(said, { path: 'sendfile', bytes: 3 * MIB, copies: 0 })
  t.is(seen.get('sendfile')?.bytes, 3 * MIB)
  t.is(seen.size, 1)
  // The last one says that there is no more.
  t.is(said.systemCalls, seen.get('sendfile')!.calls + 1)
})

traced('file to two files: what tee doubles is read once', async (t) => {
  const { said, seen } = trace(source(), uri(fresh()), uri(fresh()))
  t.like(said, { path: 'tee', bytes: 3 * MIB, copies: 0 })
  t.is(seen.get('tee')?.bytes, 3 * MIB)
  t.is(seen.get('splice')?.bytes, 3 * 3 * MIB)
  t.is(seen.size, 2)
})

traced('pipe to file: the path is the way that most of it went', async (t) => {
  const [file, between] = [fresh(), fresh('fifo')]
  writeFileSync(file, pattern(80 * MIB))
  makeFifo(between)
  spawn('sh', ['-c', `exec cat "${file}" > "${between}"`], { stdio: 'ignore' })
  const { said, seen } = trace(uri(between), uri(fresh()))
  t.like(said, { bytes: 80 * MIB, copies: 0 })
  const calls = said.path === 'read-write' ? ['write', 'pwrite64'] : [said.path]
  const bytes = calls.reduce((sum, call) => sum + (seen.get(call)?.bytes ?? 0), 0)
  t.true(bytes > 40 * MIB, `${said.path}: ${JSON.stringify([...seen])}`)
})
