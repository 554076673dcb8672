/** The packages of the repository, as their manifests describe them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly workspaces?: string[]
  readonly exports?: Readonly<Record<string, { readonly types?: string }>>
  readonly [field: string]: unknown
}

export interface Workspace {
  /** Of the repository: `packages/core`. */
  readonly folder: string
  readonly manifest: Manifest
}

export function readManifest(...path: string[]): Manifest {
  return JSON.parse(readFileSync(join(...path, 'package.json'), 'utf8'))
}

/** Those that are published. */
export function published(root: string): Workspace[] {
  const { workspaces = [] } = readManifest(root)
  return workspaces
    .map((folder) => ({ folder, manifest: readManifest(root, folder) }))
    .filter(({ manifest }) => !manifest.private)
}
