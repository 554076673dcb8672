// camio schemes, and which packages the command loads.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import type { InstalledScheme, MissingScheme, SchemeInfo } from '../dist/schemes/describe.js'
import { binary, camio, finish, folder, start } from './helpers.js'
import { nobody, nobodyCanRun } from './nobody.js'

const PLUGIN = fileURLToPath(new URL('./fixtures/plugin.js', import.meta.url))

async function list(...args: string[]): Promise<SchemeInfo[]> {
  const { code, stdout, stderr } = await camio(['schemes', '--json', ...args])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout.toString()) as SchemeInfo[]
}

const isMissing = (info: SchemeInfo): info is MissingScheme => !info.installed

test('what is installed is described: package, form, modes, engine, options with type, range and help', async (t) => {
  const all = await list()
  for (const scheme of ['file', 'mem', 'mmap', 'replay', 'shm', 'stdio', 'tcp', 'timer', 'tls', 'udp', 'unix']) {
    const info = all.find((one) => one.scheme === scheme) as InstalledScheme
    t.like(info, { installed: true, works: true }, scheme)
    t.regex(info.package, /^@camio\/\w+$/)
    t.true(info.form.startsWith(`${scheme}:`))
    t.true(info.help.length > 10)
    t.true(['native', 'node', 'js'].includes(info.engine))
    t.true(info.modes.length > 0)
    for (const option of info.options) {
      t.regex(option.name, /^[a-z][a-z0-9-]*$/)
      t.true(option.help.length > 3 && option.takes.length > 3, `${scheme}: ${option.name}`)
    }
  }
})

const unprivileged = process.platform === 'linux' && nobodyCanRun ? test : test.skip

unprivileged(
  'packet: and xdp: are listed where they may not be used, with the capability that is missing (needs a checkout that others can read)',
  async (t) => {
    const { stdout, stderr } = await camio(['schemes', '--json', 'packet', 'xdp'], nobody)
    const [packet, xdp] = JSON.parse(stdout.toString() || stderr) as InstalledScheme[]
    t.like(packet, { package: '@camio/xdp', form: 'packet:INTERFACE', works: false, reason: 'needs CAP_NET_RAW' })
    t.like(xdp, { package: '@camio/xdp', form: 'xdp:INTERFACE', works: false })
    t.regex(xdp!.reason!, /CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF|has no AF_XDP/)
    const text = (await camio(['schemes', 'packet:'], nobody)).stdout.toString()
    t.regex(text, /^ {2}here {5}does not work: needs CAP_NET_RAW$/m)
  },
)

test('what is known but not installed is listed with the command that installs it', async (t) => {
  const missing = (await list()).filter(isMissing)
  const text = (await camio(['schemes'])).stdout.toString()
  for (const { scheme, package: home, install } of missing) {
    t.is(install, `npm install ${home}`)
    t.regex(text, new RegExp(`^ {2}${scheme}: +npm install ${home}$`, 'm'))
    const { code, stderr } = await camio(['cat', `${scheme}:x`])
    t.is(code, 2)
    t.is(stderr, `camio cat: ${scheme}: needs ${home}, which is not installed: npm install ${home}\n`)
  }
  t.false(missing.some(({ scheme }) => scheme === 'file'))
})

test('the text names every option with its default and range', async (t) => {
  const [file] = (await list('file')) as [InstalledScheme]
  const { code, stdout } = await camio(['schemes', 'file:'])
  t.is(code, 0)
  const text = stdout.toString()
  t.true(text.startsWith(`${file.form}\n  ${file.help}\n`))
  for (const { name, help } of file.options) t.true(text.includes(`    ${name}=`) && text.includes(help), name)
  t.regex(text, /^ {4}max-lease=SIZE .*\(default 64MiB, 4KiB to 1GiB\)$/m)
  t.notRegex(text, /^tcp:/m)
})

test('somebody else’s scheme is used only when its package is allowed by name', async (t) => {
  const refused = await camio(['cat', 'hello:you'])
  t.is(refused.code, 2)
  t.regex(refused.stderr, /unknown scheme "hello"/)
  for (const outcome of [
    await camio(['cat', '--plugin', PLUGIN, 'hello:you']),
    await camio(['cat', 'hello:you'], { env: { CAMIO_PLUGINS: PLUGIN } }),
  ]) {
    t.is(outcome.stderr, '')
    t.is(outcome.stdout.toString(), 'hello you\n')
  }
  const [hello] = await list('--plugin', PLUGIN, 'hello')
  t.like(hello, { scheme: 'hello', package: 'camio-hello', form: 'hello:NAME', works: true })
})

test('a plugin is found in the user’s project', async (t) => {
  const cwd = folder(t)
  const home = join(cwd, 'node_modules', 'camio-hello')
  mkdirSync(home, { recursive: true })
  // Its @camio/core is the one that the project has installed.
  writeFileSync(join(home, 'package.json'), '{"name":"camio-hello","type":"module","exports":"./index.js"}')
  cpSync(PLUGIN, join(home, 'index.js'))
  linkCore(cwd)
  const { code, stdout, stderr } = await camio(['cat', '--plugin', 'camio-hello', 'hello:project'], { cwd })
  t.is(stderr, '')
  t.is(stdout.toString(), 'hello project\n')
  t.is(code, 0)
})

/** A second copy of core, as a project has it that the command does not belong to. */
function linkCore(cwd: string): void {
  const core = fileURLToPath(new URL('../../core/', import.meta.url))
  const copy = join(cwd, 'node_modules', '@camio', 'core')
  cpSync(join(core, 'dist'), join(copy, 'dist'), { recursive: true })
  cpSync(join(core, 'package.json'), join(copy, 'package.json'))
}

for (const scheme of ['unix', 'tcp'])
  test(`other transports are loaded when a URI names them: ${scheme}`, async (t) => {
    const content = binary(2_000_003)
    const cwd = folder(t, { in: content })
    // A port that was free a moment ago; nobody else here listens on ports of this range.
    const address = scheme === 'unix' ? `unix:${join(cwd, 'socket')}` : `tcp://127.0.0.1:${await freePort()}`
    const receiver = finish(start(['cat', `${address}?listen=1`, '-o', 'out'], { cwd }))
    let sent = await camio(['cat', '--json', 'in', '-o', address], { cwd })
    // The receiver may not be listening yet.
    while (/REFUSED|NOT_FOUND/.test(sent.stdout.toString()))
      sent = await camio(['cat', '--json', 'in', '-o', address], { cwd })
    t.is(sent.code, 0, sent.stderr)
    const { code, stderr } = await receiver
    t.is(stderr, '')
    t.is(code, 0)
    t.true(readFileSync(join(cwd, 'out')).equals(content))
  })

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
