// npm test [-- <arguments for ava>]: sets up, lints, runs all tests. Works on a fresh clone.
import { runNode, tool } from './lib/run.mjs'
import { main, Stop, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

/** A test may be named by its source, packages/mem/test/x.test.ts: ava is given what the compiler made of it. */
const compiled = (argument) => argument.replace(/(^|\/)test\/(.+)\.ts$/, '$1dist-test/$2.js')

await main(async (args) => {
  await setUp({ native: 'required' })
  say('lint and format: biome')
  const lint = await runNode([tool('@biomejs/biome'), 'check', '--error-on-warnings'])
  say('tests: ava')
  const tests = await runNode([tool('ava'), ...args.map(compiled)])
  // The tests run even when lint failed: both results are worth having.
  if (lint !== 0) throw new Stop('Lint or format failed: see above ("npm run format" mends most of it).')
  return tests
})
