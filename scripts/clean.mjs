// npm run clean: removes everything that was built. The installed dependencies stay.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, workspaces } from './lib/packages.mjs'

for (const folder of [root, ...workspaces()])
  for (const output of ['dist', 'dist-test', 'build', 'prebuilds', 'out', 'sbom'])
    rmSync(join(folder, output), { recursive: true, force: true })
