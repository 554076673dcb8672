// npm run demo: sets up and shows what CamIO does, on any machine with Node.
import { join } from 'node:path'
import { root } from './lib/packages.mjs'
import { runNode } from './lib/run.mjs'
import { main } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(async (args) => {
  await setUp({ native: 'optional' })
  return runNode([join(root, 'examples', 'dist', 'demo.js'), ...args])
})
