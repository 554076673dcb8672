/** What a published package brings along, as CycloneDX: made by npm from the package's own manifest, in the versions of the lockfile. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outside } from './outside.js'
import type { Manifest } from './workspaces.js'

interface Component {
  readonly name: string
  readonly version: string
  readonly hashes?: unknown
  externalReferences?: ReadonlyArray<{ readonly url: string }>
}

export interface Bom {
  readonly bomFormat: 'CycloneDX'
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
}

/** @param outside its registry must be `original` */
export async function bomOf(outside: Outside, manifest: Manifest): Promise<Bom> {
  // npm takes the name from the folder.
  const folder = manifest.name
  mkdirSync(join(outside.folder, folder), { recursive: true })
  const { devDependencies, scripts, ...asInstalled } = manifest
  writeFileSync(join(outside.folder, folder, 'package.json'), JSON.stringify(asInstalled))
  const npm =
    'npm install --package-lock-only --silent\nnpm sbom --sbom-format cyclonedx --package-lock-only --omit dev'
  const { code, output } = await outside.run(npm, folder)
  if (code !== 0) throw new Error(`npm sbom for ${manifest.name}: ${output}`)
  const bom: Bom = JSON.parse(output)
  // That they came from a registry of ours concerns nobody.
  for (const component of [bom.metadata.component, ...bom.components])
    component.externalReferences = component.externalReferences?.filter(({ url }) => !url.startsWith(outside.url)) ?? []
  return bom
}
