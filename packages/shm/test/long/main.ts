/**
 * npm run test:long -w @camio/shm [-- messages kills scribbles wakes]: what takes too long for `npm test`, which does a part of each.
 * Exit code 1 when anything is not as it should be, or is left behind.
 */
import assert from 'node:assert/strict'
import { leftAtLast } from '../support/left.js'
import { kills } from './kills.js'
import { messages } from './messages.js'
import { scribbles } from './scribbles.js'
import { wakes } from './wakes.js'

const SUITES: Readonly<Record<string, { readonly what: string; run(): Promise<void> }>> = {
  messages: { what: '200,000,000 messages between two processes', run: () => messages(200_000_000, 76) },
  kills: { what: '500 ends that are killed', run: () => kills(500) },
  scribbles: { what: '200,000 rounds of scribbling', run: () => scribbles(200_000) },
  wakes: { what: '1,000,000 wake-ups', run: () => wakes(1_000_000) },
}

const wanted = process.argv.slice(2)
const names = wanted.length > 0 ? wanted : Object.keys(SUITES)
for (const name of names) {
  const suite = SUITES[name]
  if (suite === undefined) throw new Error(`there is no ${name}: choose from ${Object.keys(SUITES).join(', ')}`)
  const before = await leftAtLast()
  const start = performance.now()
  await suite.run()
  assert.deepEqual(await leftAtLast(), before, 'left behind')
  console.log(`${name}: ${suite.what}: ${((performance.now() - start) / 1000).toFixed(0)} s`)
}
