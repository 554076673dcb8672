// docs/copies.md says what explain predicts; pairs.test.ts checks that the predictions hold.
import { readFileSync } from 'node:fs'
import test from 'ava'
import { renewed } from './support/copies-table.js'

test('the tables of docs/copies.md are up to date (npm run docs:copies)', async (t) => {
  const page = readFileSync(new URL('../docs/copies.md', import.meta.url), 'utf8')
  t.is(await renewed(page), page)
})
