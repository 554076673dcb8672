import test from 'ava'
import { chosen } from '../dist/suite.js'
import type { Case, Entry } from '../dist/types.js'

const entry = (name: string): Entry => ({ name, role: 'peer', run: async () => 1 })
const subject = (name: string, ...entries: string[]): Case => ({
  name,
  unit: 'ms',
  better: 'lower',
  entries: entries.map(entry),
  runs: 1,
})

const CASES = [subject('64 B copied', 'ours', 'limit', 'net'), subject('idle', 'ours', 'net')]

const namesOf = (cases: readonly Case[]): string[] =>
  cases.map((one) => `${one.name}: ${one.entries.map(({ name }) => name)}`)

test('without a word all cases run with all contestants', (t) => {
  t.deepEqual(namesOf(chosen(CASES, { cases: [], only: [] })), ['64 B copied: ours,limit,net', 'idle: ours,net'])
})

test('cases and contestants are chosen by a part of their names; a case without contestants does not run', (t) => {
  t.deepEqual(namesOf(chosen(CASES, { cases: ['copied'], only: ['our', 'net'] })), ['64 B copied: ours,net'])
  t.deepEqual(namesOf(chosen(CASES, { cases: [], only: ['limit'] })), ['64 B copied: limit'])
})
