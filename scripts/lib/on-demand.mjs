// Tools that only a few commands need, and that are large: installed from npm when they are asked for, beside the dependencies.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './npm.mjs'
import { readJson, root } from './packages.mjs'
import { Stop, say } from './say.mjs'

const CACHE = join(root, 'node_modules', '.cache', 'camio')

/**
 * The folder of a package. The exact `integrity` is for tools whose output is published: npm promises that a version stays what it
 * was, this makes sure that it is the one that somebody has looked at.
 * @param options.force for a package that says it is for other machines than this one
 * @param options.scripts whether it needs its install script
 */
export async function onDemand(name, version, { integrity, force = false, scripts = false } = {}) {
  const folder = join(CACHE, `${name.replace('/', '+')}@${version}`)
  const found = join(folder, 'node_modules', name)
  if (!existsSync(join(found, 'package.json'))) await install(folder, `${name}@${version}`, { force, scripts })
  const locked = readJson(folder, 'node_modules', '.package-lock.json').packages[`node_modules/${name}`]
  if (integrity !== undefined && locked?.integrity !== integrity)
    throw new Stop(`${name} ${version} is not what it was: ${locked?.integrity} instead of ${integrity}`)
  return found
}

async function install(folder, spec, { force, scripts }) {
  say(`${spec}: installing`)
  const options = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error', `--ignore-scripts=${!scripts}`]
  const code = await npm(['install', '--prefix', folder, ...options, ...(force ? ['--force'] : []), spec])
  if (code !== 0) throw new Stop(`npm has no ${spec} for this machine: see above.`)
}
