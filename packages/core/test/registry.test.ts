import { open, Registry } from '@camio/core'
import { DRIVER_ABI, type Driver, option } from '@camio/core/spi'
import test from 'ava'
import { doubleDriver, registryOf } from './support/driver.js'

test('the same driver twice is fine, also from a second copy of its package', (t) => {
  const registry = registryOf(doubleDriver())
  registry.register(doubleDriver())
  t.deepEqual(
    registry.list().map((driver) => driver.scheme),
    ['double'],
  )
})

test('another driver for a taken scheme is an error that names both', (t) => {
  const registry = registryOf(doubleDriver())
  t.throws(() => registry.register({ ...doubleDriver(), id: 'intruder' }), {
    code: 'ERR_CAMIO_SCHEME_TAKEN',
    message: /"double" is taken by test; intruder/,
  })
})

test('a driver for another interface is told which is the older', (t) => {
  const made = (abi: unknown) => ({ ...doubleDriver(), abi }) as unknown as Driver
  const code = 'ERR_CAMIO_BAD_DRIVER'
  t.throws(() => registryOf(made(DRIVER_ABI + 1)), {
    code,
    message: /interface 2, this @camio\/core has 1: update @camio\/core$/,
  })
  t.throws(() => registryOf(made(DRIVER_ABI - 1)), {
    code,
    message: /interface 0, this @camio\/core has 1: update test$/,
  })
  t.throws(() => registryOf(made(undefined)), { code, message: /interface undefined, this @camio\/core has 1$/ })
})

test('an option that core owns is refused', (t) => {
  for (const name of [
    'mode',
    'framing',
    'max-lease',
    'linger',
    'wait',
    'record',
    'tee',
    'rate',
    'chaos',
    'signal',
    'prefer',
  ]) {
    const driver = doubleDriver({ options: { [name]: option.bool({ help: '' }) } })
    t.throws(() => registryOf(driver), {
      code: 'ERR_CAMIO_BAD_DRIVER',
      message: new RegExp(`"${name}", which core owns`),
    })
  }
})

test('option names are kebab-case, scheme names are those of RFC 3986', (t) => {
  for (const name of ['camelCase', 'a b', '__proto__', '', 'a-', '-a', 'A'])
    t.throws(() => registryOf(doubleDriver({ options: JSON.parse(`{"${name}": {}}`) as Driver['options'] })), {
      code: 'ERR_CAMIO_BAD_DRIVER',
    })
  for (const scheme of ['', 'A', '1a', 'a b', 'a:', 'a'.repeat(33)])
    t.throws(() => registryOf(doubleDriver({ scheme })), { code: 'ERR_CAMIO_BAD_DRIVER' })
})

test('what is no driver at all is a typed error', (t) => {
  const whole = doubleDriver()
  const broken = [
    null,
    undefined,
    1,
    {},
    { ...whole, open: 1 },
    { ...whole, modes: [] },
    { ...whole, id: 1 },
    { ...whole, scheme: {} },
  ]
  for (const driver of broken) t.throws(() => registryOf(driver as Driver), { code: 'ERR_CAMIO_BAD_DRIVER' })
})

test('an unknown scheme: what is registered, and what to install', async (t) => {
  await t.throwsAsync(open('shm:x', { registry: new Registry() }), {
    code: 'ERR_CAMIO_UNKNOWN_SCHEME',
    message: /unknown scheme "shm" \(none is registered\); install @camio\/shm and import '@camio\/shm'/,
  })
  await t.throwsAsync(open('duoble:x', { registry: registryOf(doubleDriver()) }), {
    code: 'ERR_CAMIO_UNKNOWN_SCHEME',
    message: /registered: double\); did you mean "double"\?/,
  })
  await t.throwsAsync(open('constructor:x'), { code: 'ERR_CAMIO_UNKNOWN_SCHEME', message: /did you mean/ })
})

test('a mover of the same name is the same mover', (t) => {
  const registry = new Registry()
  const mover = { name: 'splice', match: () => null, run: () => Promise.reject(new Error('never run')) }
  registry.addMover(mover)
  registry.addMover({ ...mover })
  t.deepEqual(registry.movers(), [mover])
})
