// What somebody does with the published packages, scene by scene.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { headersOption } from '../toolchain.mjs'
import { Consumer } from './consumer.mjs'
import { expect, expectEqual } from './expect.mjs'

const NATIVE_COMMON = 'native-common'
const short = (name) => name.slice('@camio/'.length)

/** Where a transport can be talked to in one process. */
const TALKS = {
  '@camio/mem': 'mem:rehearsal',
  '@camio/shm': 'shm:rehearsal',
  '@camio/tcp': 'tcp://127.0.0.1:0',
  '@camio/udp': 'udp://127.0.0.1:0',
}

/** Loads the transport and looks where its native part came from. */
async function expectPrebuilt(consumer, { name, native }) {
  const { schemes, natives } = JSON.parse(await consumer.stdout(['loaded.mjs', name]))
  const list = schemes.map(({ scheme, engine }) => `${scheme}:${engine ? ` (${engine})` : ''}`).join(' ')
  expect(schemes.length > 0, `${name} registers ${list}`)
  if (!native) return
  expect(
    natives.length > 0 && natives.every((file) => file.includes('/prebuilds/linux-')),
    `${name} has loaded its prebuilt binary`,
    natives.join('\n'),
  )
  const complaint = schemes.find(({ reason }) => /native part/.test(reason ?? ''))
  expect(complaint === undefined, `${name}: every scheme has its native part`, complaint?.reason)
}

async function expectToTalk(consumer, { name }) {
  if (!(name in TALKS)) return
  expectEqual(
    await consumer.stdout(['talk.mjs', name, TALKS[name]]),
    'hello',
    `${name}: a message went through ${TALKS[name]}`,
  )
}

function expectOnly(consumer, transport) {
  const wanted = ['core', short(transport.name), ...(transport.native ? [NATIVE_COMMON] : [])].sort()
  expectEqual(consumer.installed(), wanted, `what came along is ${wanted.join(', ')} and no other transport`)
  expectEqual(consumer.compiled(), [], 'nothing was compiled')
}

/** One transport alone, by npm and by pnpm, with install scripts and without. */
export async function installAlone(scene, transport, clients) {
  const packages = ['@camio/core', transport.name]
  for (const client of clients) {
    for (const options of [[], ['--ignore-scripts']]) {
      const consumer = new Consumer(scene.folder(`${short(transport.name)}-${client}${options.join('')}`), scene.env)
      await (client === 'npm' ? consumer.npmInstall(packages, { options }) : consumer.pnpmAdd(packages, { options }))
      expectOnly(consumer, transport)
      await expectPrebuilt(consumer, transport)
      await expectToTalk(consumer, transport)
    }
  }
}

/** The command, for all users of a machine: a prefix of its own stands in for the machine's. */
export async function installCommand(scene) {
  const prefix = scene.folder('global')
  const consumer = new Consumer(scene.folder('global-user'), scene.env)
  const camio = join(prefix, 'bin', 'camio')
  await consumer.npmInstall(['@camio/cli'], { options: ['--global', '--prefix', prefix] })
  const version = await consumer.command(camio, ['--version'])
  expect(version.code === 0 && /^camio \d/.test(version.output), `the command says ${version.output.trim()}`)
  const file = join(consumer.folder, 'some file')
  writeFileSync(file, 'what is in it\n')
  const cat = await consumer.command(camio, ['cat', file])
  expectEqual(cat.output, 'what is in it\n', 'camio cat prints a file')
  const missing = await consumer.command(camio, ['cat', 'shm:nothing'])
  expect(
    missing.code !== 0 && missing.output.includes('npm install @camio/shm'),
    'a scheme that is not here: the command says what to install',
    missing.output,
  )
  await consumer.npmInstall(['@camio/tcp'], { options: ['--global', '--prefix', prefix] })
  const schemes = await consumer.command(camio, ['schemes'])
  expect(/^tcp/m.test(schemes.output), 'camio schemes lists tcp: once it is installed beside it', schemes.output)
}

/** Where no binary fits: pretended by asking for a C library that there is none for. */
export async function buildFromSource(scene, natives) {
  const env = { LIBC: 'another' }
  const consumer = new Consumer(scene.folder('source'), scene.env)
  const names = natives.map(({ name }) => name)
  // One after another, and with what the compiler says.
  const options = ['--foreground-scripts']
  const output = await consumer.npmInstall(['@camio/core', ...names], { options, env: { ...env, ...nodeHeaders() } })
  const missing = names.filter((name) => !consumer.compiled().includes(short(name)))
  expect(
    missing.length === 0,
    `where no binary fits all were compiled from their tarballs: ${names.join(', ')}`,
    output,
  )
  for (const name of names) {
    const { natives } = JSON.parse(await consumer.stdout(['loaded.mjs', name], env))
    expect(
      natives.length > 0 && natives.every((file) => file.includes('/build/Release/')),
      `${name} has loaded what was compiled`,
      natives.join('\n'),
    )
  }
  await expectAdvice(scene, natives[0], env)
}

async function expectAdvice(scene, { name }, env) {
  const consumer = new Consumer(scene.folder('nothing-fits'), scene.env)
  await consumer.npmInstall(['@camio/core', name], { options: ['--ignore-scripts'] })
  const { schemes } = JSON.parse(await consumer.stdout(['loaded.mjs', name], env))
  const advice = schemes.find(({ reason }) => reason?.includes(`npm rebuild ${name}`))
  expect(
    advice !== undefined,
    `where nothing fits and nothing was compiled, ${name} says what to do`,
    JSON.stringify(schemes),
  )
  process.stdout.write(`            ${advice.reason}\n`)
}

/** Where they are: as npm was told here, which a stranger's npm is not, or beside this Node. This machine may have no way to download them. */
function nodeHeaders() {
  const [option] = headersOption()
  const headers = process.env.npm_config_nodedir ?? option?.slice('--nodedir='.length)
  return headers ? { npm_config_nodedir: headers } : {}
}

/** An older transport with a newer core, both from the registry: the suite decides. */
export async function mixVersions(scene, { transport, core }) {
  const consumer = new Consumer(scene.folder('mixed'), scene.env)
  await consumer.npmInstall([`@camio/core@${core}`, `@camio/tcp@${transport}`, '@camio/conformance'])
  const { output } = await consumer.run(['--test', '--test-reporter=tap', 'conform.mjs'])
  const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(output)?.[1])
  const [passed, failed] = [count('pass'), count('fail')]
  expect(
    passed > 0 && failed === 0,
    `@camio/tcp ${transport} passes the suite with @camio/core ${core}: ${passed} passed, ${failed} failed`,
    output.replace(/^(?!not ok).*\n/gm, ''),
  )
}
