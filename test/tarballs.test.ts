// Every package as npm publishes it: packed, unpacked where nothing of this repository is near, and loaded without an install script.
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly workspaces?: string[]
  readonly dependencies?: Record<string, string>
  readonly peerDependencies?: Record<string, string>
  readonly exports: Record<string, unknown>
}

interface Loaded {
  readonly schemes: readonly { readonly id: string; readonly scheme: string; readonly reason?: string }[]
  readonly natives: readonly string[]
}

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const manifestOf = (...path: string[]): Manifest => JSON.parse(readFileSync(join(...path, 'package.json'), 'utf8'))
const published = (manifestOf(root).workspaces ?? [])
  .map((folder) => ({ folder: join(root, folder), manifest: manifestOf(root, folder) }))
  .filter(({ manifest }) => !manifest.private)
const native = published.filter(({ folder }) => existsSync(join(folder, 'binding.gyp')))
/** The others belong to tests, or are a command. */
const transports = published.filter(
  ({ folder, manifest }) => manifest.peerDependencies?.['@camio/core'] && !/(conformance|cli)$/.test(folder),
)

const home = realpathSync(mkdtempSync(join(tmpdir(), 'camio-tarballs-')))
const modules = join(home, 'node_modules')
test.after.always(() => rmSync(home, { recursive: true, force: true }))

test.before('pack and unpack', async () => {
  const args = ['pack', '--ignore-scripts', '--pack-destination', home, ...published.map(({ folder }) => folder)]
  const npm = process.env.npm_execpath
  await (npm ? run(process.execPath, [npm, ...args], { cwd: home }) : run('npm', args, { cwd: home }))
  const tarballs = readdirSync(home).filter((file) => file.endsWith('.tgz'))
  await Promise.all(tarballs.map(unpack))
  for (const { manifest } of published)
    for (const name of Object.keys(manifest.dependencies ?? {}))
      if (!name.startsWith('@camio/'))
        cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true })
})

async function unpack(tarball: string): Promise<void> {
  const [, name] = /^camio-(.+)-\d+\.\d+\.\d+.*\.tgz$/.exec(tarball) ?? []
  const folder = join(modules, '@camio', name!)
  mkdirSync(folder, { recursive: true })
  await run('tar', ['-xzf', join(home, tarball), '-C', folder, '--strip-components=1'])
}

/** In the folder of the unpacked packages. */
async function evaluate(source: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const args = ['--input-type=module', '--eval', source]
  const { stdout } = await run(process.execPath, args, { cwd: home, env: { ...process.env, ...env } })
  return stdout
}

async function load(env?: NodeJS.ProcessEnv): Promise<Loaded> {
  const imports = transports.map(({ manifest }) => `await import('${manifest.name}')`).join('\n')
  const source = `import { registry } from '@camio/core'
    ${imports}
    const schemes = registry.list().map((driver) => ({ id: driver.id, scheme: driver.scheme, reason: driver.available().reason }))
    const natives = process.report.getReport().sharedObjects.filter((file) => file.includes('camio') && file.endsWith('.node'))
    process.stdout.write(JSON.stringify({ schemes, natives }))`
  return JSON.parse(await evaluate(source, env)) as Loaded
}

test('every entry of every package can be imported, and required', async (t) => {
  const entries = published
    .filter(({ manifest }) => !manifest.name.endsWith('/cli'))
    .flatMap(({ manifest }) => Object.keys(manifest.exports).map((entry) => join(manifest.name, entry)))
    .filter((entry) => !entry.endsWith('.json'))
  t.true(entries.length > published.length)
  const list = JSON.stringify(entries)
  const imported = await evaluate(`for (const entry of ${list}) await import(entry); process.stdout.write('all')`)
  t.is(imported, 'all')
  const required = await evaluate(`import { createRequire } from 'node:module'
    const require = createRequire(process.cwd() + '/x.cjs')
    for (const entry of ${list}) require(entry)
    process.stdout.write('all')`)
  t.is(required, 'all')
})

test('every transport registers a scheme, and where no binary fits the native ones say what to do', async (t) => {
  const { schemes, natives } = await load({ LIBC: 'another' })
  for (const { manifest } of transports)
    t.true(
      schemes.some(({ id }) => id === manifest.name),
      manifest.name,
    )
  t.deepEqual(natives, [])
  if (process.platform !== 'linux') return
  for (const name of ['shm', 'packet'])
    t.regex(
      schemes.find(({ scheme }) => scheme === name)?.reason ?? '',
      /npm rebuild @camio\/\w+ --ignore-scripts=false/,
    )
})

const prebuilt = native.filter(({ folder }) =>
  existsSync(join(folder, 'prebuilds', `${process.platform}-${process.arch}`)),
)
const withBinaries = prebuilt.length > 0 ? test : test.skip

withBinaries('what was built ahead of time is loaded from the tarball (needs npm run prebuilds)', async (t) => {
  const { natives } = await load()
  for (const { manifest } of prebuilt)
    t.true(
      natives.some((file) => file.startsWith(join(modules, manifest.name, 'prebuilds'))),
      manifest.name,
    )
})
