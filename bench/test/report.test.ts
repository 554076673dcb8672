import { binary, chart, percent, short } from '@camio/show'
import test from 'ava'
import { table } from '../dist/report/table.js'
import type { Result } from '../dist/types.js'

const result: Result = {
  suite: 'cat',
  case: 'file->pipe',
  unit: 'ms',
  better: 'lower',
  ours: 60,
  limit: 40,
  peers: { cat: 100, 'Node streams': 250 },
  ratio: { limit: 1.5, cat: 0.6, 'Node streams': 0.24 },
  runs: 3,
  spread: { ours: 0.1, limit: 0, cat: 0.05, 'Node streams': 0.2 },
  goals: [
    { against: 'cat', is: '<=', ratio: 0.8, got: 0.6, pass: true },
    { against: 'limit', is: '<=', ratio: 1.2, got: 1.5, pass: false },
  ],
  absent: { socat: 'not installed' },
  others: 0.02,
}

test('numbers keep three digits', (t) => {
  t.is(short(1234.5), '1235')
  t.is(short(27123), '27 123')
  t.is(short(12.345), '12.3')
  t.is(short(0.123456), '0.123')
  t.is(short(0), '0')
  t.is(percent(0.125), '13 %')
  t.is(`${binary(64)}B`, '64 B')
  t.is(`${binary(4096)}B`, '4 KiB')
  t.is(`${binary(2 ** 20)}B`, '1 MiB')
})

test('the table has a line for each contestant, with goals and who is absent', (t) => {
  const lines = table(result).split('\n')
  t.is(lines.length, 6)
  t.regex(lines[0]!, /cat \/ file->pipe.*ms, lower is better, 3 runs each/)
  t.regex(lines[1]!, /ours +60\.0/)
  t.regex(lines[2]!, /C limit +40\.0 .*ours is 1\.50 x +short \(goal <= 1\.20 x\)/)
  t.regex(lines[3]!, /cat +100 .*ours is 0\.600 x +PASS \(goal <= 0\.800 x\)/)
  t.regex(lines[5]!, /socat +- +absent: not installed/)
})

test('what was told beside a figure stands in its line', (t) => {
  const text = table({ ...result, beside: { cat: { 'lost, %': 2.5, 'receive CPU, us': 0.07 } } })
  t.regex(text, /cat +100 .*ours is 0\.600 x +lost, % 2\.50, receive CPU, us 0\.0700 +PASS/)
})

test('notes and the calibration stand below', (t) => {
  const text = table({ ...result, note: 'mind the gap', calibration: { 'C round trip, us': 80 } })
  t.notRegex(text, /disturbed/)
  t.regex(table({ ...result, others: 0.4 }), /disturbed: other programs took 40 % of the cores/)
  t.regex(text, /note: mind the gap\n {2}right before: C round trip, us 80\.0$/)
})

test('the chart has a bar for each figure, the longest for the largest', (t) => {
  const svg = chart('CamIO: cat', [result])
  const widths = [...svg.matchAll(/<rect class="(?:ours|limit|peer)"[^>]* width="([\d.]+)"/g)].map((match) =>
    Number(match[1]),
  )
  t.is(widths.length, 4)
  t.is(Math.max(...widths), widths[3])
  t.is((widths[0]! / widths[2]!).toFixed(3), '0.600')
})

test('the chart is well-formed: text is escaped, tags are closed', (t) => {
  const svg = chart('a < b & c', [{ ...result, case: 'x <y>' }])
  t.true(svg.includes('a &lt; b &amp; c'))
  t.true(svg.includes('x &lt;y&gt;'))
  for (const tag of ['svg', 'g', 'text', 'title', 'style']) {
    t.is(svg.split(`<${tag}`).length, svg.split(`</${tag}>`).length, tag)
  }
})

const growing = (x: number, ours: number | null): Result => ({
  ...result,
  ours,
  limit: ours === null ? null : 10 * ours,
  peers: {},
  series: { name: 'more rings', axis: 'rings', x },
})

test('a series is one chart with a line for each contestant, on logarithmic scales', (t) => {
  const svg = chart('x', [growing(1, 1), growing(8, 10), growing(64, 100)])
  const lines = [...svg.matchAll(/<polyline class="line (\w+)" points="([^"]*)"/g)]
  t.deepEqual(
    lines.map((line) => line[1]),
    ['ours', 'limit'],
  )
  const [a, b, c] = lines[0]![2]!.split(' ').map((point) => point.split(',').map(Number) as [number, number])
  const even = (one: number, two: number, three: number): boolean => Math.abs(two - one - (three - two)) < 0.3
  t.true(even(a![0], b![0], c![0]) && even(a![1], b![1], c![1]))
  t.true(c![1] < a![1])
  t.true(svg.includes('>more rings<') && svg.includes('>rings<'))
})

test('a line leaves out the cases that its contestant has no figure in', (t) => {
  const svg = chart('x', [growing(1, 1), growing(8, null), growing(64, 100)])
  t.is(svg.match(/<polyline class="line ours" points="([^"]*)"/)![1]!.split(' ').length, 2)
})

test('a case without figures has no place in the chart', (t) => {
  const empty = { ...result, case: 'nothing', ours: null, limit: null, peers: {} }
  t.false(chart('x', [empty]).includes('nothing'))
})
