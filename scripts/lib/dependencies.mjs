// Installs the dependencies, but only when what is installed is not what the lockfile says.
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { npm } from './npm.mjs'
import { readJson, root, workspaces } from './packages.mjs'
import { Stop, say } from './say.mjs'

const FIELDS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']

/**
 * npm leaves a copy of the lockfile, reduced to what it really installed, in node_modules as its very last step. A workspace may have a
 * node_modules of its own, which can be gone while that one is there.
 */
function installedAsLocked(lock) {
  const file = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(file)) return false
  const installed = readJson(file).packages
  return Object.entries(lock.packages).every(([path, { version, integrity, link, optional, devOptional, peer }]) => {
    if (!path.includes('node_modules/') || optional || devOptional || peer) return true
    if ((link || !path.startsWith('node_modules/')) && !existsSync(join(root, path))) return false
    if (link) return true
    const found = installed[path]
    return found && found.version === version && found.integrity === integrity
  })
}

/** The lockfile repeats what each package.json asks for; a difference means that someone forgot to update it. */
function lockedAsAsked(lock) {
  return [root, ...workspaces()].every((folder) => {
    const asked = readJson(folder, 'package.json')
    const locked = lock.packages[relative(root, folder).replaceAll('\\', '/')] ?? {}
    return FIELDS.every((field) => isDeepStrictEqual({ ...asked[field] }, { ...locked[field] }))
  })
}

export async function installDependencies() {
  const lock = readJson(root, 'package-lock.json')
  if (!lockedAsAsked(lock))
    throw new Stop('package-lock.json is behind a package.json: run "npm install" and commit it.')
  if (installedAsLocked(lock)) return say('dependencies: installed already')
  say('dependencies: installing (npm ci)')
  const code = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) throw new Stop(`npm ci failed (exit code ${code}): see above.`)
}
