// Where things are: the root, the workspaces, and which of them have a native part.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

export const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'))

/** The folders of all workspaces, absolute. */
export const workspaces = () => readJson(root, 'package.json').workspaces.map((folder) => join(root, folder))

/** The packages that have C++ to build. */
export function nativePackages() {
  const hasNative = (folder) =>
    existsSync(join(folder, 'binding.gyp')) &&
    existsSync(join(folder, 'native')) &&
    readdirSync(join(folder, 'native')).some((file) => file.endsWith('.cc'))
  return workspaces()
    .filter(hasNative)
    .map((folder) => ({ name: basename(folder), folder }))
}

/** What is published: folder, and what its package.json says. */
export const publishedPackages = () =>
  workspaces()
    .map((folder) => ({ folder, manifest: readJson(folder, 'package.json') }))
    .filter(({ manifest }) => !manifest.private)
