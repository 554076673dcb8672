/** Option schemas, from the URI's text and from an object alike. */
import { inspect } from 'node:util'
import { isCamioError, listen, open } from '@camio/core'
import { type OptionSchema, option, type Target } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { doubleDriver, registryOf } from './support/driver.js'
import { Scripted } from './support/scripted.js'

const schema = {
  flag: option.bool({ help: 'yes or no' }),
  count: option.int({ default: 5, min: -10, max: 10, help: 'a number' }),
  'buffer-size': option.size({ default: 1024, max: 4096, help: 'bytes' }),
  patience: option.time({ max: 60_000, help: 'time' }),
  colour: option.enum(['red', 'green'], { help: 'one of two' }),
  name: option.string({ help: 'text', check: (value: string) => (value === 'bad' ? 'must not be bad' : null) }),
  key: option.object<{ secret: string }>({ help: 'a key' }),
} satisfies OptionSchema

/** What the driver gets. */
async function parsed(uri: string, object: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  let values: Record<string, unknown> = {}
  const driver = doubleDriver({
    options: schema,
    open: (target: Target) => {
      values = target.options
      return new Scripted()
    },
  })
  await open(uri, { ...object, registry: registryOf(driver) })
  return values
}

test('every type, from text', async (t) => {
  const key = { secret: 's' }
  const values = await parsed(
    'double:x?flag=yes&count=-3&buffer-size=4KiB&patience=20us&colour=red&name=a%20b&linger=2s&max-lease=8KiB',
    { key },
  )
  t.like(values, { flag: true, count: -3, bufferSize: 4096, patience: 0.02, colour: 'red', name: 'a b', linger: 2000 })
  t.is(values.key, key)
  t.is(values.maxLease, 8192)
})

for (const [what, act] of [
  ['open', open],
  ['listen', listen],
] as const)
  test(`${what} refuses what is no options object, no signal, no registry`, async (t) => {
    const registry = registryOf(doubleDriver())
    for (const [given, says] of [
      [5, /options are 5/],
      [null, /options are null/],
      ['mode=r', /options are/],
      [[], /options are array, not an object/],
      [{ registry, signal: 5 }, /option "signal" in double:x is 5, not an AbortSignal/],
      [{ registry, signal: {} }, /option "signal"/],
      [{ registry, signal: null }, /option "signal" .* is null/],
      [{ registry: 'mine' }, /option "registry" in double:x/],
    ] as const) {
      const error = await t.throwsAsync(act('double:x', given as never))
      t.true(isCamioError(error, 'ERR_CAMIO_BAD_OPTION'), inspect(given))
      t.regex(error!.message, says)
    }
    const noUri = await t.throwsAsync(act(5 as never, {}))
    t.true(isCamioError(noUri, 'ERR_CAMIO_BAD_URI'))
  })

test('every type, from an object', async (t) => {
  const values = await parsed('double:x', {
    flag: 1,
    count: 3,
    bufferSize: '2k',
    patience: 5,
    colour: 'green',
    name: '',
  })
  t.like(values, { flag: true, count: 3, bufferSize: 2048, patience: 5, colour: 'green', name: '' })
})

test('defaults, and undefined where there is none', async (t) => {
  const values = await parsed('double:x', { count: undefined })
  t.like(values, { flag: false, count: 5, bufferSize: 1024, linger: 5000 })
  for (const name of ['patience', 'colour', 'name', 'key']) t.is(values[name], undefined)
})

test('a bare name is a yes', async (t) => {
  t.is((await parsed('double:x?flag')).flag, true)
})

const wrong: ReadonlyArray<readonly [uri: string, object: Record<string, unknown>, message: RegExp]> = [
  ['double:x?flag=maybe', {}, /"flag".*is "maybe", not a yes\/no value/],
  ['double:x?count=1.5', {}, /"count".*not a whole number/],
  ['double:x?count=11', {}, /"count".*out of range: -10 to 10/],
  ['double:x?count=-11', {}, /out of range/],
  ['double:x', { count: Number.NaN }, /"count"/],
  ['double:x', { count: null }, /"count"/],
  ['double:x', { count: {} }, /"count".*is "object"/],
  ['double:x?buffer-size=4097', {}, /"buffer-size".*out of range: anything to 4096/],
  ['double:x?buffer-size=lots', {}, /"buffer-size".*not a size such as/],
  ['double:x', { bufferSize: -1 }, /"buffer-size"/],
  ['double:x?patience=5', {}, /"patience".*a unit is required/],
  ['double:x', { patience: Infinity }, /"patience"/],
  ['double:x?colour=blue', {}, /"colour".*one of red, green/],
  ['double:x', { colour: ['red'] }, /"colour"/],
  ['double:x?name=bad', {}, /"name".*must not be bad/],
  ['double:x', { name: 5 }, /"name".*not text/],
  ['double:x?key=secret', {}, /"key".*pass it in the options object/],
  ['double:x?count=1&count=2', {}, /"count".*more than once/],
  ['double:x?count=1', { count: 2 }, /"count".*more than once/],
  ['double:x?wait=forever', {}, /"wait".*spin:20us/],
  ['double:x?wait=spin:1h', {}, /"wait"/],
  ['double:x?mode=a', {}, /"mode".*has rw, r, w/],
  ['double:x?frame=u32&framing=bytes', {}, /frame= needs framing=messages/],
  ['double:x?framing=messages', {}, /needs frame=/],
  ['double:x?max-lease=1', {}, /"max-lease".*out of range/],
]

for (const [uri, object, message] of wrong) {
  test(`refused: ${uri} ${inspect(object)}`, async (t) => {
    const error = await t.throwsAsync(parsed(uri, object), { code: 'ERR_CAMIO_BAD_OPTION', message })
    t.true(error!.message.includes('double:x'))
  })
}

test('an unknown option is told with the nearest one', async (t) => {
  const cases: Array<readonly [string, Record<string, unknown>, RegExp]> = [
    ['double:x?cuont=1', {}, /unknown option "cuont" .*did you mean "count"/],
    ['double:x?bufferSize=1', {}, /did you mean "buffer-size"/],
    ['double:x', { maxLeese: 1 }, /did you mean "max-lease"/],
  ]
  for (const [uri, object, message] of cases)
    await t.throwsAsync(parsed(uri, object), { code: 'ERR_CAMIO_UNKNOWN_OPTION', message })
})

test('names that every object inherits are unknown options like others', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    await t.throwsAsync(parsed(`double:x?${name}=1`), { code: 'ERR_CAMIO_UNKNOWN_OPTION' })
    const object = JSON.parse(`{"${name}": 1}`) as Record<string, unknown>
    const registry = registryOf(doubleDriver({ options: schema }))
    await t.throwsAsync(open('double:x', Object.assign(object, { registry })), { code: 'ERR_CAMIO_UNKNOWN_OPTION' })
  }
  t.is(({} as Record<string, unknown>).polluted, undefined)
})

test('any options are values of the schema or a typed error of a bounded size', async (t) => {
  const names = fc.oneof(fc.constantFrom(...Object.keys(schema)), fc.string())
  const values = fc.oneof(fc.anything(), fc.constantFrom('1', '1k', '1s', 'red'))
  await fc.assert(
    fc.asyncProperty(fc.dictionary(names, values), async (object) => {
      if ('registry' in object || 'signal' in object) return true
      const outcome: unknown = await parsed('double:x', object).then(
        () => null,
        (error: unknown) => error,
      )
      return outcome === null || (isCamioError(outcome) && outcome.message.length < 1100)
    }),
    { numRuns: 300 },
  )
  t.pass()
})
