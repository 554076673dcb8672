// A scheme by somebody else, examples/scheme-plugin: made and published by people who have nothing of ours but what is in the registry.
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, root } from '../packages.mjs'
import { tool } from '../run.mjs'
import { Stop } from '../say.mjs'
import { Consumer } from './consumer.mjs'
import { expect, expectEqual } from './expect.mjs'
import { pack } from './packing.mjs'
import { publishTarballs } from './publishing.mjs'

const SOURCE = join(root, 'examples', 'scheme-plugin')
const MADE_OR_NOT_FOR_USERS = ['node_modules', 'dist', 'dist-test', 'test']

/** What its package.json says. */
export const strangersManifest = () => readJson(SOURCE, 'package.json')

/** Compiles it with the types of the published core, packs and publishes it. */
export async function publishStranger(scene) {
  const { name, dependencies } = strangersManifest()
  const author = new Consumer(scene.folder('stranger'), scene.env)
  await author.npmInstall(['@camio/core', ...Object.keys(dependencies)])
  linkTools(author.folder)
  // Below that folder, whose packages it finds: npm would ask for its development dependencies, which the registry has not.
  const folder = join(author.folder, name)
  cpSync(SOURCE, folder, {
    recursive: true,
    filter: (source) => !MADE_OR_NOT_FOR_USERS.some((made) => source === join(SOURCE, made)),
  })
  const { code, output } = await author.run([tool('typescript', 'tsc'), '--project', name])
  expect(code === 0, `${name} compiles with the published @camio/core`, output)
  const tarballs = await pack([folder], scene.folder('stranger-tarball'), scene.env)
  await publishTarballs(tarballs, scene.env)
}

/** What the author has besides, and the registry has not. */
function linkTools(folder) {
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  for (const name of ['@types/node', '@types/ws', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
}

/** Beside core alone, by npm and by pnpm: a message goes through. */
export async function installStranger(scene) {
  const { name } = strangersManifest()
  for (const client of ['npm', 'pnpm']) {
    const consumer = new Consumer(scene.folder(`${name}-${client}`), scene.env)
    const packages = ['@camio/core', name]
    await (client === 'npm' ? consumer.npmInstall(packages) : consumer.pnpmAdd(packages))
    expectEqual(consumer.installed(), ['core'], `of @camio what came along with ${name} is core`)
    const uri = 'ws://127.0.0.1:0/rehearsal'
    expectEqual(await consumer.stdout(['talk.mjs', name, uri]), 'hello', `${name}: a message went through ${uri}`)
  }
}

/** Beside the command, in a project and for all users of a machine: used when it is allowed by name, and only then. */
export async function allowStranger(scene) {
  const { name } = strangersManifest()
  const project = new Consumer(scene.folder(`${name}-command`), scene.env)
  await project.npmInstall(['@camio/core', '@camio/cli', name])
  await expectAllowedOnly(project, join(project.folder, 'node_modules', '.bin', 'camio'), 'in a project')

  const user = new Consumer(scene.folder(`${name}-global-user`), scene.env)
  const prefix = scene.folder(`${name}-global`)
  await user.npmInstall(['@camio/core', '@camio/cli', name], { options: ['--global', '--prefix', prefix] })
  await expectAllowedOnly(user, join(prefix, 'bin', 'camio'), 'installed globally')
}

async function expectAllowedOnly(consumer, camio, where) {
  const { name } = strangersManifest()
  const refused = await consumer.command(camio, ['schemes', 'ws'])
  expect(
    refused.code === 2 && refused.output.includes('unknown scheme "ws"'),
    `${where} camio does not load ${name} by itself`,
    refused.output,
  )
  const ways = {
    '--plugin': [['schemes', '--json', '--plugin', name], {}],
    CAMIO_PLUGINS: [['schemes', '--json'], { CAMIO_PLUGINS: name }],
  }
  for (const [way, [args, env]] of Object.entries(ways)) {
    const { code, output } = await consumer.command(camio, args, env)
    if (code !== 0) throw new Stop(output)
    const found = JSON.parse(output).filter((scheme) => scheme.package === name)
    expectEqual(
      found.map(({ scheme, works }) => ({ scheme, works })),
      ['ws', 'wss'].map((scheme) => ({ scheme, works: true })),
      `${where} camio has ws: and wss: when ${name} is allowed by ${way}`,
    )
  }
}
