// The tarballs: what npm makes of each package, and what must be in it.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { captureNpm } from '../npm.mjs'
import { nativePackages, readJson, root } from '../packages.mjs'
import { targets } from '../prebuild/targets.mjs'
import { Stop } from '../say.mjs'
import { expectEqual } from './expect.mjs'

/** Packs folders into `into`. @returns of each its name, version, tarball, bytes packed and unpacked, files */
export async function pack(folders, into, env) {
  mkdirSync(into, { recursive: true })
  const args = ['pack', '--json', '--loglevel=error', '--pack-destination', into, ...folders]
  const { code, output } = await captureNpm(args, { cwd: into, env })
  if (code !== 0) throw new Stop(output)
  return entriesOf(output).map(({ name, version, filename, size, unpackedSize, files }) => ({
    name,
    version,
    tarball: join(into, filename),
    size,
    unpackedSize,
    files: files.map(({ path }) => path),
  }))
}

/** An array, or since npm 12 an object by name; warnings may stand before it. */
function entriesOf(output) {
  return Object.values(JSON.parse(output.slice(output.search(/^[[{]/m))))
}

/** Whoever installs a native package finds a binary for every target in it. */
export function expectPrebuilds(tarballs) {
  const wanted = targets.map(({ name }) => name)
  for (const { folder } of nativePackages()) {
    const { name } = readJson(folder, 'package.json')
    const { files } = tarballs.find((tarball) => tarball.name === name)
    const found = files.flatMap((file) => {
      const [, place, libc] = /^prebuilds\/(.+?)\/.*\.(glibc|musl)\.node$/.exec(file) ?? []
      return place ? [`${place}-${libc}`] : []
    })
    const missing = wanted.filter((target) => !found.includes(target))
    expectEqual(missing, [], `${name} brings binaries for ${wanted.join(', ')}`)
  }
}

/** Third parties' packages that ours need at run time, from what is installed here: the registry has nothing else. */
export function foreignDependencies(manifests) {
  const found = new Set()
  const visit = ({ dependencies = {} }) => {
    for (const name of Object.keys(dependencies)) {
      if (name.startsWith('@camio/') || found.has(name)) continue
      found.add(name)
      visit(readJson(root, 'node_modules', name, 'package.json'))
    }
  }
  manifests.forEach(visit)
  return [...found].map((name) => join(root, 'node_modules', name))
}

export function printSizes(tarballs) {
  const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`.padStart(10)
  for (const { name, version, size, unpackedSize, files } of tarballs)
    process.stdout.write(
      `        ${`${name}@${version}`.padEnd(32)}${kib(size)}${kib(unpackedSize)} unpacked  ${files.length} files\n`,
    )
}
