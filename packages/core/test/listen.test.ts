/** `listen`, on one URI and on several. */
import { listen, open, type Stream } from '@camio/core'
import { CamioError, type Features, Interest, Listener, type Target } from '@camio/core/spi'
import test from 'ava'
import { doubleDriver, registryOf } from './support/driver.js'
import { settled, turn } from './support/init.js'
import { Scripted } from './support/scripted.js'

class Door extends Listener {
  readonly uris: readonly string[]
  readonly waiting: Stream[] = []
  failure: CamioError | null = null
  armed = 0

  constructor(target: Target) {
    super()
    this.uris = [`${target.scheme}:${target.address}-bound`]
  }
  knock(): Stream {
    const stream = new Scripted()
    this.waiting.push(stream)
    this.wake(Interest.READ)
    return stream
  }
  breakOnce(): void {
    this.failure = new CamioError('ERR_CAMIO_TOO_MANY_FILES', `${this.uri}: out of descriptors`, { uri: this.uri })
    this.wake(Interest.READ)
  }
  protected acceptNext(): Stream | null {
    const { failure } = this
    this.failure = null
    if (failure !== null) throw failure
    return this.waiting.shift() ?? null
  }
  ready(): boolean {
    return this.waiting.length > 0 || this.failure !== null
  }
  arm(): boolean {
    this.armed++
    return false
  }
  disarm(): void {
    this.armed--
  }
  override wake(interest: number): void {
    if (this.watched(interest)) this.armed--
    super.wake(interest)
  }
  protected shutDown(): void {}
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

interface House {
  doors: Door[]
  registry: ReturnType<typeof registryOf>
}

function house(): House {
  const doors: Door[] = []
  const make = (target: Target) => {
    if (target.address === 'taken') throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })
    const door = new Door(target)
    doors.push(door)
    return door
  }
  const deaf = doubleDriver({ scheme: 'deaf' })
  return { doors, registry: registryOf(doubleDriver({ listen: make }), deaf) }
}

test('for await accepts until it is closed', async (t) => {
  const { doors, registry } = house()
  const listener = await listen('double:a', { registry })
  const got: Stream[] = []
  const accepting = (async () => {
    for await (const stream of listener) got.push(stream)
  })()
  const first = doors[0]!.knock()
  await turn()
  const second = doors[0]!.knock()
  await turn()
  await listener.close()
  await accepting
  t.deepEqual(got, [first, second])
})

test('accepted streams wear what the URI asked for', async (t) => {
  const { doors, registry } = house()
  const listener = await listen('double:a?frame=u32', { registry })
  doors[0]!.knock()
  t.is((await listener.accept()).features.framing, 'messages')
})

test('running out of descriptors is an error, and the listener goes on', async (t) => {
  const { doors, registry } = house()
  const listener = await listen('double:a', { registry })
  doors[0]!.breakOnce()
  await t.throwsAsync(listener.accept(), { code: 'ERR_CAMIO_TOO_MANY_FILES' })
  doors[0]!.knock()
  t.truthy(await listener.accept())
})

test('several: all are bound, uris says where, and all are accepted from', async (t) => {
  const { doors, registry } = house()
  const listener = await listen(['double:a', 'double:b'], { registry })
  t.deepEqual(listener.uris, ['double:a-bound', 'double:b-bound'])
  t.is(listener.uri, 'double:a-bound')
  const accepted = listener.accept()
  t.false(await settled(accepted))
  const stream = doors[1]!.knock()
  t.is(await accepted, stream)
  t.is(listener.tryAccept(), null)
  t.deepEqual(
    doors.map((door) => door.armed),
    [0, 0],
  )
})

test('several: fair, however busy the first is', async (t) => {
  const { doors, registry } = house()
  const listener = await listen(['double:a', 'double:b', 'double:c'], { registry })
  for (const door of doors) for (let i = 0; i < 10; i++) door.knock()
  const busy = () => doors.map((door) => door.waiting.length)
  for (let i = 0; i < 15; i++) await listener.accept()
  t.deepEqual(busy(), [5, 5, 5])
})

test('several: one that breaks does not silence the others', async (t) => {
  const { doors, registry } = house()
  const listener = await listen(['double:a', 'double:b'], { registry })
  doors[0]!.breakOnce()
  const stream = doors[1]!.knock()
  await t.throwsAsync(listener.accept(), { code: 'ERR_CAMIO_TOO_MANY_FILES', message: /double:a-bound/ })
  t.is(await listener.accept(), stream)
})

test('several: all or none', async (t) => {
  const { doors, registry } = house()
  await t.throwsAsync(listen(['double:a', 'double:taken', 'double:b'], { registry }), {
    code: 'ERR_CAMIO_ADDRESS_IN_USE',
    message: /cannot listen on double:taken/,
  })
  t.deepEqual(
    doors.map((door) => door.closed),
    [true],
  )
})

test('several: what can be known before is known before anything is bound', async (t) => {
  const { doors, registry } = house()
  const bad: Array<readonly [string, string]> = [
    ['deaf:b', 'ERR_CAMIO_UNSUPPORTED'],
    ['nobody:b', 'ERR_CAMIO_UNKNOWN_SCHEME'],
    ['double:b?x=1', 'ERR_CAMIO_UNKNOWN_OPTION'],
    ['%', 'ERR_CAMIO_BAD_URI'],
  ]
  for (const [uri, code] of bad) await t.throwsAsync(listen(['double:a', uri], { registry }), { code })
  await t.throwsAsync(listen([], { registry }), { code: 'ERR_CAMIO_BAD_URI' })
  t.is(doors.length, 0)
})

test('several: close closes all, and ends who waits', async (t) => {
  const { doors, registry } = house()
  const listener = await listen(['double:a', 'double:b'], { registry })
  const waiting = listener.accept()
  await turn()
  await Promise.all([listener.close(), t.throwsAsync(waiting, { code: 'ERR_CAMIO_CLOSED' })])
  t.true(doors.every((door) => door.closed))
  t.throws(() => listener.tryAccept(), { code: 'ERR_CAMIO_CLOSED' })
})

test('several: aborting an accept leaves nothing armed', async (t) => {
  const { doors, registry } = house()
  const listener = await listen(['double:a', 'double:b'], { registry })
  const controller = new AbortController()
  const waiting = listener.accept({ signal: controller.signal })
  await turn()
  controller.abort(new Error('enough'))
  await t.throwsAsync(waiting, { message: 'enough' })
  t.deepEqual(
    doors.map((door) => door.armed),
    [0, 0],
  )
  const stream = doors[0]!.knock()
  t.is(await listener.accept(), stream)
})

test('an abort that the driver does not notice leaves nothing open', async (t) => {
  const controller = new AbortController()
  const late: Scripted[] = []
  const registry = registryOf(
    doubleDriver({
      open: () => {
        controller.abort(new Error('enough'))
        late.push(new Scripted())
        return late[0]!
      },
    }),
  )
  await t.throwsAsync(open('double:x', { registry, signal: controller.signal }), { message: 'enough' })
  t.is(late[0]!.destroyed, 'discarded')
  await t.throwsAsync(open('double:x', { registry, signal: controller.signal }), { message: 'enough' })
  t.is(late.length, 1)
})

test('what a driver throws is wrapped once', async (t) => {
  const cases: Array<readonly [unknown, string]> = [
    [Object.assign(new Error('open ENOENT'), { code: 'ENOENT', errno: -2, syscall: 'open' }), 'ERR_CAMIO_NOT_FOUND'],
    [new TypeError('a bug'), 'ERR_CAMIO_SYSTEM'],
    ['a text', 'ERR_CAMIO_SYSTEM'],
    [undefined, 'ERR_CAMIO_SYSTEM'],
    [new CamioError('ERR_CAMIO_TLS', 'double:x: bad certificate'), 'ERR_CAMIO_TLS'],
  ]
  for (const [thrown, code] of cases) {
    const registry = registryOf(doubleDriver({ open: () => Promise.reject(thrown) }))
    await t.throwsAsync(open('double:x', { registry }), { code, message: /double:x/ })
  }
})

test('the driver gets what the URI says, and makes streams with core’s limits', async (t) => {
  let seen: Target | null = null
  const registry = registryOf(
    doubleDriver({
      open: (target) => {
        seen = target
        return new Scripted()
      },
    }),
  )
  await open('DOUBLE:/a%20b?mode=w&max-lease=8k', { registry, maxMessage: '1MiB', linger: '1s' })
  t.like(seen!, { scheme: 'double', address: '/a b', mode: 'w', uri: 'DOUBLE:/a%20b?mode=w&max-lease=8k' })
  const init = seen!.init('double:bound', {} as Features)
  t.deepEqual(init.limits, { maxLease: 8192, maxMessage: 1024 * 1024, lingerMs: 1000 })
  t.is(init.uri, 'double:bound')
})
