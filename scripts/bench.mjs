// npm run bench -- <suite> [...]: sets up and measures. Without arguments it lists the suites.
import { join } from 'node:path'
import { root } from './lib/packages.mjs'
import { runNode } from './lib/run.mjs'
import { main } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(async (args) => {
  await setUp({ native: 'optional' })
  return runNode([join(root, 'bench', 'dist', 'main.js'), ...args])
})
