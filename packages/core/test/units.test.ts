import { parseDuration, parseSize } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'

test('sizes', (t) => {
  t.is(parseSize('4096'), 4096)
  t.is(parseSize('4k'), 4096)
  t.is(parseSize('4KiB'), 4096)
  t.is(parseSize('4kB'), 4000)
  t.is(parseSize('1.5MiB'), 1.5 * 1024 * 1024)
  t.is(parseSize('1.1kB'), 1100)
  t.is(parseSize('2G'), 2 ** 31)
  t.is(parseSize('0'), 0)
})

test('what is no size', (t) => {
  for (const text of [
    '',
    '-1',
    '1.5',
    '0.1b',
    '4 KiB',
    'k',
    '4kibi',
    '1e3',
    '0x10',
    '99999999999999999',
    '9999999999999999t',
    '٣',
  ])
    t.is(parseSize(text), null, text)
})

test('times', (t) => {
  t.is(parseDuration('20us'), 0.02)
  t.is(parseDuration('5s'), 5000)
  t.is(parseDuration('1.5m'), 90_000)
  t.is(parseDuration('0'), 0)
  t.is(parseDuration('250ms'), 250)
})

test('a time needs its unit', (t) => {
  for (const text of ['5', '', '-5s', '5 s', 's', '5d', '1e3s']) t.is(parseDuration(text), null, text)
})

test('any text is a size or null, a time or null', (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const size = parseSize(text)
      const time = parseDuration(text)
      return (size === null || (Number.isSafeInteger(size) && size >= 0)) && (time === null || time >= 0)
    }),
  )
  t.pass()
})

test('a size of bytes is what it says', (t) => {
  fc.assert(fc.property(fc.nat(), (n) => parseSize(`${n}`) === n && parseSize(`${n}b`) === n))
  t.pass()
})
