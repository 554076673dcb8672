// Under Node's permission model what is refused says which flag would allow it.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'

const root = join(import.meta.dirname, '..')
const program = join(import.meta.dirname, 'support', 'permission.program.js')
// Named so until Node 22.
const model = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
const linux = process.platform === 'linux' ? test : test.skip

/** What became of each URI; the program may read this repository, and what `allowed` says. */
async function outcomes(allowed: readonly string[], uris: readonly string[]): Promise<string[]> {
  const args = ['--no-warnings', model, `--allow-fs-read=${root}/*`, ...allowed, program, ...uris]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return stdout.trim().split('\n')
}

test('a file that may not be read or written', async (t) => {
  const [read, written] = await outcomes([], ['file:/etc/hostname', 'file:/nowhere/new?mode=w'])
  t.regex(read!, /^ERR_CAMIO_NO_PERMISSION: .* without --allow-fs-read=\/etc\/hostname$/)
  t.regex(written!, /^ERR_CAMIO_NO_PERMISSION: .* without --allow-fs-write=\/nowhere\/new$/)
})

linux('native parts that may not be loaded', async (t) => {
  const [shm] = await outcomes(['--allow-fs-read=/etc/alpine-release'], ['shm:nothing'])
  t.regex(shm!, /^ERR_CAMIO_UNAVAILABLE: .* without --allow-addons$/)
  const [allowed] = await outcomes(['--allow-fs-read=/etc/alpine-release', '--allow-addons'], ['shm:nothing'])
  t.regex(allowed!, /^ERR_CAMIO_NOT_FOUND: /)
})

const refusesNetwork = process.allowedNodeEnvironmentFlags.has('--allow-net') ? test : test.skip

refusesNetwork('a network that may not be used', async (t) => {
  const [tcp] = await outcomes([], ['tcp://127.0.0.1:1?engine=node'])
  t.regex(tcp!, /^ERR_CAMIO_NO_PERMISSION: .* without --allow-net$/)
})
