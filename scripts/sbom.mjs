// npm run sbom: a bill of materials for each published package, sbom/<name>.cdx.json (CycloneDX).
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './lib/packages.mjs'
import { main, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

const support = (name) => import(pathToFileURL(join(root, 'dist-test', 'support', `${name}.js`)).href)

await main(async () => {
  await setUp({ native: 'optional' })
  const [{ Outside }, { bomOf }, { published }] = await Promise.all(['outside', 'sbom', 'workspaces'].map(support))
  const outside = new Outside(root, true)
  await outside.start()
  mkdirSync(join(root, 'sbom'), { recursive: true })
  try {
    for (const { manifest } of published(root)) {
      const bom = await bomOf(outside, manifest)
      const file = `${manifest.name.replace('@', '').replace('/', '-')}.cdx.json`
      writeFileSync(join(root, 'sbom', file), `${JSON.stringify(bom, null, 2)}\n`)
      say(`sbom/${file}: ${bom.components.length} components`)
    }
  } finally {
    outside.remove()
  }
})
