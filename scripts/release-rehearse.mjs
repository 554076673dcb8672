// npm run release:rehearse: a whole release, and what its users do with it, against a registry on this machine. See docs/releasing.md.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publishedPackages } from './lib/packages.mjs'
import { prebuildAll } from './lib/prebuild/all.mjs'
import { strangersEnvironment } from './lib/rehearsal/environment.mjs'
import { assertions } from './lib/rehearsal/expect.mjs'
import { startRegistry } from './lib/rehearsal/registry.mjs'
import { rehearse } from './lib/rehearsal/rehearse.mjs'
import { main, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(async () => {
  await setUp({ native: 'none' })
  await prebuildAll()
  const folder = mkdtempSync(join(tmpdir(), 'camio-rehearsal-'))
  try {
    const registry = await startRegistry(join(folder, 'registry'))
    try {
      await rehearse({
        packages: publishedPackages(),
        env: strangersEnvironment(folder, registry.url),
        folder: (name) => join(folder, name),
      })
    } finally {
      await registry.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  say(`rehearsed: ${assertions()} things held`)
})
