/** The example of docs/writing-a-scheme.md is a real scheme: it passes, under node:test as well as under ava. */
import { readFileSync } from 'node:fs'
import { conformance } from '@camio/conformance'
import test from 'ava'
import './duct.js'

const root = new URL('../../../', import.meta.url)

test('docs/writing-a-scheme.md shows this very scheme', (t) => {
  const page = readFileSync(new URL('docs/writing-a-scheme.md', root), 'utf8')
  const [, shown] = /^```ts duct\n([\s\S]*?)^```$/m.exec(page) ?? []
  t.is(shown, readFileSync(new URL('packages/conformance/test/duct.ts', root), 'utf8'))
})

let names = 0

conformance({
  test: test.serial,
  harness: {
    scheme: 'duct',
    module: import.meta.resolve('./duct.js'),
    pair: { address: () => `duct:${++names}` },
  },
})
