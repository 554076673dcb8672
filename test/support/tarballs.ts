/** Every package as `npm publish` would send it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { published, type Workspace } from './workspaces.js'

export interface Tarball extends Workspace {
  readonly bytes: Uint8Array
  /** Paths within it, and their sizes. */
  readonly files: ReadonlyMap<string, number>
}

/** What `npm pack --json` says of each. */
interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string; readonly size: number }>
}

export function tarballs(root: string): Tarball[] {
  const store = mkdtempSync(join(tmpdir(), 'camio-pack-'))
  try {
    const packages = published(root)
    const folders = packages.map(({ folder }) => `./${folder}`)
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', store, ...folders]
    const { status, stdout, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
    if (status !== 0) throw new Error(`npm pack: ${stderr}`)
    const answer: Packed[] | Record<string, Packed> = JSON.parse(stdout)
    const packed = Object.values(answer)
    return packages.map((workspace) => {
      const { filename, files } = packed.find(({ name }) => name === workspace.manifest.name)!
      const bytes = new Uint8Array(readFileSync(join(store, filename)))
      return { ...workspace, bytes, files: new Map(files.map(({ path, size }) => [path, size])) }
    })
  } finally {
    rmSync(store, { recursive: true, force: true })
  }
}
