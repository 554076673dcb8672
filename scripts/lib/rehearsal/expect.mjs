// What a rehearsal asserts: each thing is said on stdout, and the first that does not hold ends it.
import { isDeepStrictEqual } from 'node:util'
import { Stop } from '../say.mjs'

let held = 0

export function expect(holds, what, details = '') {
  if (!holds) throw new Stop(`NOT: ${what}${details ? `\n${details}` : ''}`)
  held++
  process.stdout.write(`        ok  ${what}\n`)
}

export function expectEqual(found, wanted, what) {
  expect(isDeepStrictEqual(found, wanted), what, `wanted ${JSON.stringify(wanted)}\nfound  ${JSON.stringify(found)}`)
}

export const assertions = () => held
