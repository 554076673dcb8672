import test from 'ava'
import { parse } from '../dist/arguments.js'
import { help } from '../dist/help.js'
import { SUITES } from '../dist/suites/index.js'

test('suites and options', (t) => {
  const options = parse([
    'cat',
    'tcp',
    '--json',
    '--quick',
    '--runs',
    '5',
    '--seed',
    '9',
    '--case',
    'a',
    '--case',
    'b',
    '--only',
    'ours',
  ])
  t.deepEqual(options, {
    suites: ['cat', 'tcp'],
    json: true,
    quick: true,
    help: false,
    list: false,
    cases: ['a', 'b'],
    only: ['ours'],
    runs: 5,
    seed: 9,
    out: null,
  })
})

test('without options a seed is drawn', (t) => {
  const { seed, runs, json } = parse(['cat'])
  t.true(Number.isInteger(seed))
  t.is(runs, null)
  t.false(json)
})

for (const [argv, message] of [
  [['--runs', '0'], /--runs needs an integer from 1 to 1000, not '0'/],
  [['--runs', 'many'], /--runs needs an integer/],
  [['--seed', '-1'], /--seed/],
  [['--fast'], /--fast/],
] as const) {
  test(`refused: ${argv.join(' ')}`, (t) => {
    t.throws(() => parse([...argv]), { message })
  })
}

test('the help names every suite and has examples', (t) => {
  const text = help(SUITES)
  for (const suite of SUITES) t.true(text.includes(`  ${suite.name} `))
  t.true(text.includes('Examples:'))
})
