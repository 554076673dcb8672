import test from 'ava'
import { random, shuffled } from '../dist/random.js'
import { runRounds } from '../dist/rounds.js'
import type { Case, Entry } from '../dist/types.js'

const subject = (entries: Entry[]): Case => ({ name: 'x', unit: 'ms', better: 'lower', entries, runs: 3 })

function orderOf(seed: number, warmup = 0): Promise<string[]> {
  const order: string[] = []
  const entry = (name: string): Entry => ({ name, role: 'peer', run: async () => order.push(name) })
  const options = { runs: 6, warmup, next: random(seed), watchOthers: () => () => 0, progress: () => {} }
  return runRounds(subject([entry('a'), entry('b'), entry('c')]), options).then(() => order)
}

test('a seed repeats the order, another one has another', async (t) => {
  t.deepEqual(await orderOf(1), await orderOf(1))
  t.notDeepEqual(await orderOf(1), await orderOf(2))
})

test('every round has every contestant once', async (t) => {
  const order = await orderOf(7)
  for (let i = 0; i < order.length; i += 3) t.deepEqual(order.slice(i, i + 3).sort(), ['a', 'b', 'c'])
})

test('rounds to warm up do not count', async (t) => {
  let runs = 0
  const entry: Entry = { name: 'ours', role: 'ours', run: async () => ++runs }
  const { rounds } = await runRounds(subject([entry]), {
    runs: 2,
    warmup: 3,
    next: random(1),
    watchOthers: () => () => 0,
    progress: () => {},
  })
  t.deepEqual(
    rounds.map((round) => round.get('ours')),
    [4, 5],
  )
})

test('what is told beside figures is kept, but for rounds to warm up', async (t) => {
  let runs = 0
  const entry: Entry = {
    name: 'ours',
    role: 'ours',
    run: async () => ({ figure: ++runs, beside: { 'lost, %': runs } }),
  }
  const { rounds, beside } = await runRounds(subject([entry, { name: 'net', role: 'peer', run: async () => 1 }]), {
    runs: 2,
    warmup: 1,
    next: random(1),
    watchOthers: () => () => 0,
    progress: () => {},
  })
  t.deepEqual(
    rounds.map((round) => round.get('ours')),
    [2, 3],
  )
  t.deepEqual([...beside], [['ours', [{ 'lost, %': 2 }, { 'lost, %': 3 }]]])
})

test('who is absent or fails is named with the reason, and the others go on', async (t) => {
  const entries: Entry[] = [
    { name: 'ours', role: 'ours', run: async () => 1 },
    { name: 'socat', role: 'peer', absent: 'not installed' },
    { name: 'net', role: 'peer', run: () => Promise.reject(new Error('ran out of ports')) },
  ]
  const { rounds, absent } = await runRounds(subject(entries), {
    runs: 2,
    warmup: 0,
    next: random(1),
    watchOthers: () => () => 0,
    progress: () => {},
  })
  t.deepEqual(
    [...absent],
    [
      ['socat', 'not installed'],
      ['net', 'failed: ran out of ports'],
    ],
  )
  t.deepEqual(
    rounds.map((round) => [...round.keys()]),
    [['ours'], ['ours']],
  )
})

test('runs that others disturb are repeated, but not for ever', async (t) => {
  const shares = [0.5, 0.02, 0.3, 0.4, 0.4]
  let runs = 0
  const entry: Entry = { name: 'ours', role: 'ours', run: async () => ++runs }
  const watchOthers = () => () => shares.shift() ?? null
  const options = { runs: 2, warmup: 0, next: random(1), watchOthers, progress: () => {} }
  const { rounds, others } = await runRounds(subject([entry]), options)
  t.deepEqual(
    rounds.map((round) => round.get('ours')),
    [2, 4],
  )
  t.is(others.toFixed(2), '0.21')
})

test('shuffling keeps every item and the original', (t) => {
  const items = [1, 2, 3, 4, 5]
  t.deepEqual(shuffled(items, random(3)).sort(), items)
  t.deepEqual(items, [1, 2, 3, 4, 5])
})
