/** What the packages export, as their manifests say: the declarations of each entry point, and the name it is imported by. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'))

/** @returns {Map<string, string>} absolute file of declarations -> `@camio/core/spi` */
export function entryPoints() {
  const found = new Map()
  for (const folder of readJson(root, 'package.json').workspaces) {
    const { name, private: hidden, exports = {} } = readJson(root, folder, 'package.json')
    if (hidden) continue
    for (const [path, { types }] of Object.entries(exports))
      if (types) found.set(join(root, folder, types), `${name}${path.slice(1)}`)
  }
  return found
}
