// Every native package for some of the targets.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { nativePackages } from '../packages.mjs'
import { say } from '../say.mjs'
import { outputOf, prebuild } from './build.mjs'
import { targets } from './targets.mjs'
import { zig } from './zig.mjs'

/** One after another: each build uses all processors. @returns what `prebuild` says of each, with its package and target */
export async function prebuildAll(wanted = targets) {
  const compiler = await zig()
  removeStale()
  const results = []
  for (const target of wanted) {
    for (const subject of nativePackages()) {
      const result = await prebuild(subject, target, compiler)
      if (result.built) say(`prebuilt: ${subject.name} for ${target.name}`)
      results.push({ subject, target, ...result })
    }
  }
  return results
}

/** What an older version of these scripts left would be published, too. */
function removeStale() {
  for (const subject of nativePackages()) {
    const known = new Set(targets.map((target) => outputOf(subject, target)))
    const folder = join(subject.folder, 'prebuilds')
    for (const file of filesOf(folder)) if (!known.has(file)) rmSync(file, { force: true })
  }
}

function filesOf(folder) {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}
