/** docs/writing-a-scheme.md says what the suite checks. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { READING_TABLE, WRITING_TABLE } from './outcome-table.js'

const root = new URL('../../../', import.meta.url)
const page = readFileSync(new URL('docs/writing-a-scheme.md', root), 'utf8')

test('the outcome tables are those of the suite', (t) => {
  t.true(page.includes(READING_TABLE), READING_TABLE)
  t.true(page.includes(WRITING_TABLE), WRITING_TABLE)
})

test('the example is the scheme that duct.test.ts checks', (t) => {
  const [, shown] = /^```ts duct\n([\s\S]*?)^```$/m.exec(page) ?? []
  t.is(shown, readFileSync(new URL('packages/conformance/test/duct.ts', root), 'utf8'))
})
