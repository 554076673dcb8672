// docs/copies.md says what explain predicts; pairs.test.ts checks that the predictions hold.
import { readFileSync } from 'node:fs'
import { registry } from '@camio/core'
import test from 'ava'
import { renewed } from './support/copies-table.js'

const missing = ['packet', 'xdp'].map((scheme) => registry.driver(scheme).available()).find(({ ok }) => !ok)
const where = missing === undefined ? test : test.skip
const why = missing === undefined ? '' : ` (packet: and xdp: are not to be had here: ${missing.reason})`

where(`the tables of docs/copies.md are up to date (npm run docs:copies)${why}`, async (t) => {
  const page = readFileSync(new URL('../docs/copies.md', import.meta.url), 'utf8')
  t.is(await renewed(page), page)
})
