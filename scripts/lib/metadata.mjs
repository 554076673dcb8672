// Where the packages come from, in the fields that npm shows and that a statement of provenance is checked against.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { readJson, root, workspaces } from './packages.mjs'

const published = () => workspaces().filter((folder) => !readJson(folder, 'package.json').private)
const directoryOf = (folder) => relative(root, folder).replaceAll('\\', '/')

/** @param url of the repository's page, without a slash at its end */
const fields = (url, directory) => ({
  repository: { type: 'git', url: `git+${url}.git`, directory },
  homepage: `${url}/tree/main/${directory}#readme`,
  bugs: { url: `${url}/issues` },
})

/** Writes them into every manifest, behind `author`. */
export function setMetadata(url) {
  for (const folder of published()) {
    const file = join(folder, 'package.json')
    const { repository, homepage, bugs, ...manifest } = JSON.parse(readFileSync(file, 'utf8'))
    const entries = Object.entries(manifest)
    const at = entries.findIndex(([name]) => name === 'author') + 1
    const added = Object.entries(fields(url, directoryOf(folder)))
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries.toSpliced(at, 0, ...added)), null, 2)}\n`)
  }
}

/** @returns {string[]} the packages that do not say where they come from, or say something else than the others */
export function withoutMetadata() {
  const said = published().map((folder) => ({ folder, ...readJson(folder, 'package.json') }))
  const [, url] = /^git\+(https:.*)\.git$/.exec(said[0]?.repository?.url ?? '') ?? []
  return said
    .filter(({ folder, repository }) => {
      const wanted = fields(url, directoryOf(folder)).repository
      return url === undefined || repository?.url !== wanted.url || repository.directory !== wanted.directory
    })
    .map(({ name }) => name)
}
