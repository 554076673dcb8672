// npm run docs:copies: writes the tables of docs/copies.md anew, as explain predicts them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './lib/packages.mjs'
import { main } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(async () => {
  await setUp({ native: 'required' })
  const { renewed } = await import(pathToFileURL(join(root, 'dist-test', 'support', 'copies-table.js')).href)
  const page = join(root, 'docs', 'copies.md')
  writeFileSync(page, await renewed(readFileSync(page, 'utf8')))
})
