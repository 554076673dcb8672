// The order of things: a first release, its users, a second release of one package, and versions that were never tested together.
import { nativePackages } from '../packages.mjs'
import { say } from '../say.mjs'
import { expect, expectEqual } from './expect.mjs'
import { expectPrebuilds, foreignDependencies, pack, printSizes } from './packing.mjs'
import { publishTarballs } from './publishing.mjs'
import { buildFromSource, installAlone, installCommand, mixVersions } from './scenes.mjs'
import { Stage } from './stage.mjs'
import { allowStranger, installStranger, publishStranger, strangersManifest } from './stranger.mjs'
import { compileConsumers } from './typescript.mjs'

const NOT_TRANSPORTS = new Set(['core', 'conformance', 'cli', 'native-common'].map((name) => `@camio/${name}`))

/** @param scene `packages` of the working tree, `env` of a stranger, `folder(name)` for each of them */
export async function rehearse(scene) {
  const stage = await Stage.of(scene.folder('stage'))
  const transports = transportsOf(scene.packages)
  await firstRelease(scene, stage)
  await users(scene, transports)
  await secondRelease(scene, stage)
}

function transportsOf(packages) {
  const natives = new Set(nativePackages().map(({ folder }) => folder))
  return packages
    .filter(({ manifest }) => !NOT_TRANSPORTS.has(manifest.name))
    .map(({ folder, manifest }) => ({ name: manifest.name, native: natives.has(folder) }))
}

async function firstRelease(scene, stage) {
  say('a release of what waits')
  const released = await stage.version()
  expectEqual(stage.waiting(), [], `every changeset went into a version: ${list(released)}`)
  const foreign = await pack(
    foreignDependencies([...stage.packages(), strangersManifest()]),
    scene.folder('foreign'),
    scene.env,
  )
  const tarballs = await pack(
    stage.packages().map(({ folder }) => folder),
    scene.folder('tarballs'),
    scene.env,
  )
  expectPrebuilds(tarballs)
  printSizes(tarballs)
  await publishTarballs([...foreign, ...tarballs], scene.env)
}

async function users(scene, transports) {
  const [shm, ...others] = [...transports].sort(
    (a, b) => Number(b.name === '@camio/shm') - Number(a.name === '@camio/shm'),
  )
  say('users: @camio/core and @camio/shm alone')
  await installAlone(scene, shm, ['npm', 'pnpm'])
  say('users: each other transport alone')
  for (const transport of others) await installAlone(scene, transport, ['npm', 'pnpm'])
  say('users: the command')
  await installCommand(scene)
  say("users: somebody else's scheme")
  await publishStranger(scene)
  await installStranger(scene)
  await allowStranger(scene)
  say('users: programs in TypeScript')
  await compileConsumers(scene)
  say('users: no binary fits')
  await buildFromSource(
    scene,
    transports.filter(({ native }) => native),
  )
}

async function secondRelease(scene, stage) {
  say('a release in which only @camio/udp changes')
  const before = stage.versions()
  stage.change('@camio/udp', 'patch', 'A rehearsed change.')
  const udp = await stage.version()
  expectEqual(
    Object.keys(udp),
    ['@camio/udp'],
    `only @camio/udp has a new version: ${before['@camio/udp']} -> ${udp['@camio/udp']}`,
  )
  expect(stage.changelog('@camio/udp').includes('A rehearsed change.'), 'its changelog says what changed')
  expectEqual(
    await stage.publish(scene.env),
    [`@camio/udp@${udp['@camio/udp']}`],
    'changeset publish publishes it, and nothing else',
  )

  say('a minor release of @camio/core')
  stage.change('@camio/core', 'minor', 'A rehearsed feature.')
  const core = await stage.version()
  const others = Object.keys(core).filter((name) => !NOT_TRANSPORTS.has(name))
  expectEqual(others, [], `a minor of core forces no new version of a transport: ${list(core)}`)
  await stage.publish(scene.env)
  await mixVersions(scene, { transport: before['@camio/tcp'], core: core['@camio/core'] })
}

const list = (versions) =>
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
