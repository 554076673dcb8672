/** The syntax of URIs, and that hostile ones are typed errors of a bounded size. */
import { encodeAddress, fileUri, isCamioError, open, parseUri } from '@camio/core'
import test from 'ava'
import fc from 'fast-check'

test('scheme, address and options are taken apart and decoded', (t) => {
  const { scheme, address, options } = parseUri('TCP://h%20ost:1?a=1&b=x%26y&bare&e=')
  t.is(scheme, 'tcp')
  t.is(address, '//h ost:1')
  t.deepEqual(options, [
    ['a', '1'],
    ['b', 'x&y'],
    ['bare', '1'],
    ['e', ''],
  ])
})

test('a value may hold "=" and "?"', (t) => {
  t.deepEqual(parseUri('a:b?x=1=2?3').options, [['x', '1=2?3']])
})

test('"-" is stdio, with options too', (t) => {
  t.is(parseUri('-').uri, 'stdio:')
  t.is(parseUri('-').scheme, 'stdio')
  t.deepEqual(parseUri('-?mode=w').options, [['mode', 'w']])
})

const bad: ReadonlyArray<readonly [text: string, part: RegExp]> = [
  ['', /no scheme/],
  ['no-colon', /no scheme/],
  [':x', /no scheme/],
  ['1a:x', /no scheme/],
  [`${'s'.repeat(33)}:x`, /no scheme/],
  ['file:a#b', /"#".*%23/],
  ['file:a?x=#', /"#"/],
  ['file:%', /percent escape in its address/],
  ['file:%zz', /percent escape in its address/],
  ['file:%ff', /percent escape in its address/],
  ['file:a?%=1', /percent escape in its option name/],
  ['file:a?x=%e0%a4', /percent escape in its option x/],
  ['file:a%00b', /NUL character in its address/],
  ['file:a?x=%00', /NUL character in its option x/],
  ['file:a\0b', /NUL/],
  ['file:a?=1', /option without a name/],
  ['file:a?x=1&&y=2', /option without a name/],
]

for (const [text, part] of bad) {
  test(`refused: ${JSON.stringify(text)}`, (t) => {
    t.throws(() => parseUri(text), { code: 'ERR_CAMIO_BAD_URI', message: part })
  })
}

test('what is no string is refused', (t) => {
  for (const value of [undefined, null, 1, Symbol('x'), {}, Object.create(null), () => {}]) {
    t.throws(() => parseUri(value as string), { code: 'ERR_CAMIO_BAD_URI', message: /not a string/ })
  }
})

test('a URI of 1 MiB is a short error, wherever its length lies', async (t) => {
  const long = 'a'.repeat(1024 * 1024)
  for (const uri of [
    long,
    `file:${long}`,
    `file:x?${long}=1`,
    `file:x?a=${long}`,
    `${long}:x`,
    `file:${'%41'.repeat(400_000)}`,
  ]) {
    const error = await t.throwsAsync(open(uri), { code: 'ERR_CAMIO_BAD_URI' })
    t.true(isCamioError(error))
    t.true(error!.message.length < 300)
    t.true((error as { uri?: string }).uri!.length < 300)
  }
})

test('the longest URIs that are allowed are parsed in no time', (t) => {
  const many = `a:b?${'x=1&'.repeat(16_000)}y=1`
  t.is(parseUri(many).options.length, 16_001)
})

test('any text is a parsed URI or a short ERR_CAMIO_BAD_URI', (t) => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }).map((s) => `file:${s}`),
    fc.string({ unit: fc.constantFrom('%', '?', '&', '=', '#', 'a', '0', ':', '/', '\0') }).map((s) => `tcp:${s}`),
  )
  fc.assert(
    fc.property(anything, (text) => {
      try {
        const parsed = parseUri(text)
        return /^[a-z][a-z0-9+.-]*$/.test(parsed.scheme) && !parsed.address.includes('\0')
      } catch (error) {
        return isCamioError(error, 'ERR_CAMIO_BAD_URI') && error.message.length < 300
      }
    }),
  )
  t.pass()
})

test('any text opened is a typed error, never a crash', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
      const error: unknown = await open(text).then(
        () => null,
        (reason: unknown) => reason,
      )
      return isCamioError(error) && error.message.length < 1100
    }),
  )
  t.pass()
})

test('fileUri takes any path there and back', (t) => {
  const path = fc
    .oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('%', '?', '#', ' ', '\n', '/', '.', 'é', '41') }),
    )
    .filter((s) => !s.includes('\0'))
  fc.assert(
    fc.property(path, (p) => {
      const { scheme, address, options } = parseUri(fileUri(p))
      return scheme === 'file' && address === p && options.length === 0
    }),
  )
  t.is(fileUri('/tmp/a b?c#d%e'), 'file:/tmp/a%20b%3Fc%23d%25e')
})

test('an encoded address holds no character that a URI gives a meaning', (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (s) => !/[?#\s]/.test(encodeAddress(s))))
  t.pass()
})
