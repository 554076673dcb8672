import test from 'ava'
import { median, pairwiseRatio, spread } from '../dist/statistics.js'

test('the median is the middle, or the mean of the two in the middle', (t) => {
  t.is(median([3, 1, 2]), 2)
  t.is(median([4, 1, 3, 2]), 2.5)
  t.throws(() => median([]), { instanceOf: RangeError })
})

test('median leaves its argument as it was', (t) => {
  const values = [3, 1, 2]
  median(values)
  t.deepEqual(values, [3, 1, 2])
})

test('the spread is the range relative to the median', (t) => {
  t.is(spread([90, 100, 110]), 0.2)
  t.is(spread([5]), 0)
  t.is(spread([0, 0]), 0)
  t.is(spread([0, 0, 4]), 0)
})

test('a ratio is the median of the quotients within rounds, not the quotient of medians', (t) => {
  const rounds = [
    new Map([
      ['ours', 10],
      ['cat', 10],
    ]),
    new Map([
      ['ours', 100],
      ['cat', 50],
    ]),
    new Map([
      ['ours', 30],
      ['cat', 10],
    ]),
  ]
  t.is(pairwiseRatio(rounds, 'ours', 'cat'), 2)
})

test('rounds in which one of the two failed do not count, and without any there is no ratio', (t) => {
  const rounds = [
    new Map([['ours', 10]]),
    new Map([
      ['ours', 6],
      ['cat', 2],
    ]),
  ]
  t.is(pairwiseRatio(rounds, 'ours', 'cat'), 3)
  t.is(pairwiseRatio(rounds, 'ours', 'socat'), null)
})
