/** The native part against callers that do not know it: what JavaScript passes is checked before anything is done with it. */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { fresh, uri } from './support/folder.js'
import { linux, native } from './support/tools.js'

type Call = (...args: unknown[]) => unknown
const load = createRequire(import.meta.url)('node-gyp-build') as (folder: string) => Record<string, unknown>
const binding = linux ? load(fileURLToPath(new URL('..', import.meta.url))) : {}
const call = (name: string) => binding[name] as Call

const JUNK = [
  undefined,
  null,
  -2,
  1.5,
  Number.NaN,
  2 ** 60,
  'text',
  {},
  [],
  new Uint8Array(3),
  new Float64Array(2),
  () => {},
  10n,
]

native('no function takes wrong numbers, types or too few arguments', async (t) => {
  for (const [name, f] of Object.entries(binding)) {
    if (typeof f !== 'function') continue
    t.throws(() => (f as Call)(), undefined, `${name}()`)
    for (const a of JUNK)
      for (const b of JUNK) for (const c of JUNK) tolerant(() => (f as Call)(a, b, c, a, b, c, a, b))
  }
  t.pass()
})

/** Any error is right, a crash is not. */
function tolerant(f: () => unknown): void {
  try {
    f()
  } catch {}
}

native('ranges must lie within their memory', async (t) => {
  const fd = openSync('/dev/zero', 'r+')
  const bytes = new Uint8Array(10)
  for (const [offset, length] of [
    [11, 0],
    [5, 6],
    [-1, 1],
    [0, 11],
    [0.5, 1],
  ] as const) {
    t.throws(() => call('read')(fd, bytes, offset, length, -1, 0))
    t.throws(() => call('write')(fd, bytes, offset, length, 0, -1, 0))
  }
  t.throws(() => call('write')(fd, bytes, 0, 1, 11, -1, 0))
  t.throws(() => call('mapOpen')(fd, 0, 0))
  t.throws(() => call('mapOpen')(fd, 0, 2 ** 31))
  t.is(call('read')(fd, bytes, 2, 8, -1, 0), 8)
  closeSync(fd)
})

native('descriptors that are none answer an errno', async (t) => {
  t.is(call('read')(100_000, new Uint8Array(1), 0, 1, -1, 0), -9)
  t.throws(() => call('duplicate')(100_000), { code: 'EBADF' })
  t.throws(() => call('watchOpen')(100_000, () => {}), { code: 'EBADF' })
  t.throws(() => call('moveStart')(0, 100_000, -1, -1, Int32Array.of(1), [-1], () => {}), { code: 'EBADF' })
})

native('a SIGBUS that has nothing to do with us still ends the process', async (t) => {
  const path = fresh()
  writeFileSync(path, 'mapped')
  const program = `
    import { open } from '@camio/core'
    import '@camio/file'
    const stream = await open(${JSON.stringify(uri(path, '', 'mmap'))})
    await stream.read()
    process.kill(process.pid, 'SIGBUS')
    setTimeout(() => {}, 10_000)`
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  })
  t.is(signal, 'SIGBUS')
})

test('without the native part files work and mmap: says why it does not', (t) => {
  const program = `
    import { open } from '@camio/core'
    import { fileDriver, mmapDriver } from '@camio/file'
    const { engine } = (await open('file:/dev/null')).features
    console.log(engine, fileDriver.available().engine, mmapDriver.available().ok, mmapDriver.available().reason)
    for (const uri of ['mmap:/etc/passwd', 'file:/dev/null?engine=native']) await open(uri).catch(({ code }) => console.log(code))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, CAMIO_NATIVE: '0' },
    encoding: 'utf8',
  })
  t.is(stdout, 'node node false CAMIO_NATIVE=0 is set\nERR_CAMIO_UNAVAILABLE\nERR_CAMIO_UNAVAILABLE\n')
})
