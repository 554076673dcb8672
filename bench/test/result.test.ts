import test from 'ava'
import { judge, resultOf } from '../dist/result.js'
import type { Beside, Case, Entry, Measured, Role } from '../dist/types.js'

const entry = (name: string, role: Role): Entry => ({ name, role, run: async () => 0 })

const subject: Case = {
  name: 'file->pipe',
  unit: 'ms',
  better: 'lower',
  entries: [entry('ours', 'ours'), entry('limit', 'limit'), entry('cat', 'peer'), entry('socat', 'peer')],
  goals: [
    { against: 'cat', is: '<=', ratio: 0.8 },
    { against: 'socat', is: '<=', ratio: 1 },
  ],
  runs: 3,
}

const measured: Measured = {
  case: subject,
  rounds: [
    new Map([
      ['ours', 50],
      ['limit', 40],
      ['cat', 100],
    ]),
    new Map([
      ['ours', 60],
      ['limit', 40],
      ['cat', 100],
    ]),
    new Map([
      ['ours', 70],
      ['limit', 40],
      ['cat', 100],
    ]),
  ],
  beside: new Map<string, Beside[]>([['cat', [{ 'lost, %': 1, 'CPU, us': 5 }, { 'lost, %': 3 }, { 'lost, %': 2 }]]]),
  absent: new Map([['socat', 'not installed']]),
  others: 0.02,
}

test('a line of --json has the promised fields', (t) => {
  const line = JSON.parse(JSON.stringify(resultOf('cat', measured))) as Record<string, unknown>
  t.is(line.suite, 'cat')
  t.is(line.case, 'file->pipe')
  t.is(line.unit, 'ms')
  t.is(line.better, 'lower')
  t.is(line.ours, 60)
  t.is(line.limit, 40)
  t.deepEqual(line.peers, { cat: 100 })
  t.deepEqual(line.ratio, { limit: 1.5, cat: 0.6 })
  t.is(line.runs, 3)
  t.deepEqual(line.spread, { ours: 20 / 60, limit: 0, cat: 0 })
  t.is(line.others, 0.02)
  t.deepEqual(line.beside, { cat: { 'lost, %': 2, 'CPU, us': 5 } })
  t.false('series' in line)
  t.deepEqual(line.absent, { socat: 'not installed' })
})

test('a goal is judged by the ratio; one against an absent contestant is not judged', (t) => {
  t.deepEqual(resultOf('cat', measured).goals, [{ against: 'cat', is: '<=', ratio: 0.8, got: 0.6, pass: true }])
  const judged = (ours: number): boolean =>
    judge(
      [{ against: 'net', is: '>=', ratio: 1.2 }],
      [
        new Map([
          ['ours', ours],
          ['net', 10],
        ]),
      ],
    )[0]!.pass
  t.false(judged(11.9))
  t.true(judged(12))
})

test('a goal can be a difference', (t) => {
  const rounds = [
    new Map([
      ['ours', 50],
      ['by hand', 40],
    ]),
  ]
  const [goal] = judge([{ against: 'by hand', is: '<=', difference: 20 }], rounds)
  t.deepEqual(goal, { against: 'by hand', is: '<=', difference: 20, got: 10, pass: true })
})

test('without ours there are figures, but no ratios', (t) => {
  const rounds = [new Map([['cat', 100]])]
  const absent = new Map([['ours', 'failed: x']])
  const result = resultOf('cat', { case: subject, rounds, beside: new Map(), absent, others: 0 })
  t.is(result.ours, null)
  t.deepEqual(result.ratio, {})
  t.deepEqual(result.peers, { cat: 100 })
  t.is(result.beside, undefined)
})

test('a case of a series says where it stands', (t) => {
  const series = { name: 'copied', axis: 'bytes', x: 64 }
  t.deepEqual(resultOf('shm', { ...measured, case: { ...subject, series } }).series, series)
})
