// npm run docs: compiles, then builds the web site into site/out.
import { join } from 'node:path'
import { root } from './lib/packages.mjs'
import { runNode } from './lib/run.mjs'
import { main, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(async () => {
  await setUp({ native: 'optional' })
  say('site: typedoc')
  return runNode([join(root, 'site', 'build.mjs')])
})
