// The same program against our server over every transport, and against redis-server where it is installed.
import { isCamioError } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import { type Client, type ConnectOptions, connect, Form, type ReplyHandler } from '../../dist/client/index.js'
import { installed, redisServer } from '../support/redis.js'
import { certificates, folder, name, serve } from '../support/server.js'

interface Place {
  readonly uri: string
  readonly options?: ConnectOptions
}

const PLACES: Readonly<Record<string, (t: ExecutionContext) => Promise<Place>>> = {
  mem: (t) => ours(t, `mem:${name()}`),
  shm: (t) => ours(t, `shm:${name()}`),
  unix: (t) => ours(t, `unix:${folder(t)}/kv.sock`),
  tcp: (t) => ours(t, 'tcp://127.0.0.1:0'),
  tls: async (t) => {
    const { listen, ca } = await certificates(folder(t))
    return { ...(await ours(t, `tls://127.0.0.1:0?${listen}`)), options: { caFile: ca } }
  },
  // Longer than any machine is busy.
  udp: async (t) => ({ ...(await ours(t, 'udp://127.0.0.1:0')), options: { replyTimeout: '60s' } }),
  'redis-server, unix': async (t) => ({ uri: await redisServer(t) }),
}

async function ours(t: ExecutionContext, listen: string): Promise<Place> {
  return { uri: (await serve(t, { listen: [listen] })).uris[0]! }
}

async function client(t: ExecutionContext, { uri, options }: Place, more: ConnectOptions = {}): Promise<Client> {
  const connected = await connect(uri, { ...options, ...more })
  t.teardown(() => connected.close())
  return connected
}

const hasRedis = installed('redis-server')

for (const [where, start] of Object.entries(PLACES)) {
  const run = where.startsWith('redis') && !hasRedis ? test.skip : test.serial
  const streams = where === 'udp' ? test.skip : run

  run(`${where}: commands as methods`, async (t) => {
    const kv = await client(t, await start(t))
    t.is(kv.protocol, where === 'udp' ? 2 : 3)
    t.is(await kv.ping(), 'PONG')
    t.is(await kv.echo('h\u00e9'), 'h\u00e9')
    t.is(await kv.get('nothing'), null)
    t.true(await kv.set('key', 'value'))
    t.is(await kv.get('key'), 'value')
    t.deepEqual(await kv.getBytes('key'), Buffer.from('value'))
    t.false(await kv.set('key', 'other', { if: 'nx' }))
    t.false(await kv.set('new', 'other', { if: 'xx' }))
    t.is(await kv.getset('key', 'two'), 'value')
    t.false(await kv.setnx('key', 'three'))
    await kv.mset({ a: '1', b: 2 })
    t.deepEqual(await kv.mget('a', 'nothing', 'b'), ['1', null, '2'])
    t.is(await kv.incr('a'), 2)
    t.is(await kv.incrby('a', 40), 42)
    t.is(await kv.decr('a'), 41)
    t.is(await kv.decrby('a', 1n), 40)
    t.is(await kv.append('key', 'fold'), 7)
    t.is(await kv.strlen('key'), 7)
    t.is(await kv.getrange('key', 0, -5), 'two')
    t.is(await kv.exists('a', 'b', 'nothing'), 2)
    t.true(await kv.set('short', 'x', { px: 60_000 }))
    t.true((await kv.pttl('short')) > 50_000)
    t.true(await kv.set('short', 'y', { keepTtl: true }))
    t.true((await kv.ttl('short')) > 50)
    t.true(await kv.persist('short'))
    t.is(await kv.ttl('short'), -1)
    t.true(await kv.expire('short', 100))
    t.true(await kv.pexpire('short', 100_000))
    t.is(await kv.type('short'), 'string')
    await kv.rename('short', 'long')
    t.deepEqual((await kv.keys('*o*')).sort(), ['long'])
    t.is(typeof (await kv.randomkey()), 'string')
    t.is(await kv.dbsize(), 4)
    const seen: string[] = []
    for await (const key of kv.scanAll({ count: 2 })) seen.push(key)
    t.deepEqual(seen.sort(), ['a', 'b', 'key', 'long'])
    t.is(await kv.del('a', 'b'), 2)
    t.is(await kv.unlink('key'), 1)
    await kv.flushdb()
    t.is(await kv.dbsize(), 0)
    t.regex(await kv.info(), /redis_version/)
    t.deepEqual(Object.keys(await kv.configGet('maxmemory')), ['maxmemory'])
    t.deepEqual(await kv.command('MGET', 'a'), [null])
  })

  run(`${where}: keys and values of any bytes`, async (t) => {
    const kv = await client(t, await start(t))
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    await kv.set(all, all)
    t.deepEqual(await kv.getBytes(all), all)
    t.deepEqual(await kv.commandBytes('MGET', all, 'x'), [all, null])
    await kv.set('', '')
    t.is(await kv.get(''), '')
  })

  run(`${where}: a server's error rejects its request only`, async (t) => {
    const kv = await client(t, await start(t))
    await kv.set('text', 'abc')
    const [wrong, right] = await Promise.allSettled([kv.incr('text'), kv.get('text')])
    t.is(wrong.status, 'rejected')
    const { name, kind, message } = (wrong as PromiseRejectedResult).reason
    t.deepEqual([name, kind, message], ['ReplyError', 'ERR', 'ERR value is not an integer or out of range'])
    t.deepEqual(right, { status: 'fulfilled', value: 'abc' })
  })

  run(`${where}: integers beyond 2^53 are told, not rounded`, async (t) => {
    const kv = await client(t, await start(t))
    await kv.set('n', '9007199254740993')
    t.is(await kv.command('INCR', 'n'), 9007199254740994n)
    await t.throwsAsync(kv.incr('n'), { code: 'ERR_KV_RANGE' })
  })

  run(`${where}: many requests at once are answered each by its own`, async (t) => {
    const kv = await client(t, await start(t))
    const count = where === 'udp' ? 200 : 5000
    await Promise.all(Array.from({ length: count }, (_, i) => kv.set(`key ${i}`, `value ${i}`)))
    const values = await Promise.all(Array.from({ length: count }, (_, i) => kv.get(`key ${i}`)))
    t.true(values.every((value, i) => value === `value ${i}`))
  })

  streams(`${where}: values larger than any claim and any lease`, async (t) => {
    const kv = await client(t, await start(t))
    const value = Buffer.alloc(9_000_001, 'a value of some length; ')
    const before = kv.exchange.outstanding
    // What is sent behind it must not overtake it.
    const [, length] = await Promise.all([kv.set('large', value), kv.strlen('large'), kv.ping()])
    t.is(length, value.length)
    const [back, text] = await Promise.all([kv.getBytes('large'), kv.get('large')])
    t.true(back!.equals(value))
    t.is(text, value.toString())
    t.is(kv.exchange.outstanding, before)
  })

  for (const protocol of [2, 3] as const)
    streams(`${where}: messages, protocol ${protocol}`, async (t) => {
      const place = await start(t)
      const listener = await client(t, place, { protocol })
      const speaker = await client(t, place)
      const heard: string[] = []
      const twice = new Promise<void>((resolve) => {
        void listener.subscribe('news', (message, channel) => {
          heard.push(`${channel}: ${message}`)
          if (heard.length === 2) resolve()
        })
      })
      await listener.subscribe('other', () => {})
      t.is(await listener.ping(), 'PONG')
      t.is(await speaker.publish('news', 'one'), 1)
      await speaker.publish('news', Buffer.from('two'))
      await twice
      t.deepEqual(heard, ['news: one', 'news: two'])
      await listener.unsubscribe('news')
      await listener.unsubscribe('other')
      t.is(await speaker.publish('news', 'three'), 0)
      // An ordinary client again.
      t.true(await listener.set('a', 'b'))
      t.is(await listener.get('a'), 'b')
    })

  const spins = where === 'tls' || where === 'redis-server, unix' ? test.skip : run
  spins(`${where}: a hot loop: no promise, values where they lie`, async (t) => {
    const kv = await client(t, await start(t))
    await kv.set('key', 'value')
    const lengths: number[] = []
    const handler: ReplyHandler = {
      form: Form.PLACE,
      reply: (value) => lengths.push(value === null ? -1 : -2),
      place: (_bytes, _offset, length) => lengths.push(length),
      fail: (error) => t.fail(error.message),
    }
    t.true(kv.exchange.trySend(['GET', 'key'], handler))
    if (where === 'udp') t.false(kv.exchange.trySend(['GET', 'nothing'], handler))
    else t.true(kv.exchange.trySend(['GET', 'nothing'], handler))
    // The server runs in this process: it needs turns, so that `spin` would wait in vain.
    kv.exchange.flush()
    while (kv.exchange.outstanding > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      kv.exchange.poll()
    }
    t.deepEqual(lengths, where === 'udp' ? [5] : [5, -1])
  })

  run(`${where}: close rejects what is outstanding, and what comes later`, async (t) => {
    const kv = await client(t, await start(t))
    const waiting = kv.get('a')
    await Promise.all([t.throwsAsync(waiting, { code: 'ERR_CAMIO_CLOSED' }), kv.close(), kv.close()])
    await t.throwsAsync(kv.get('a'), { code: 'ERR_CAMIO_CLOSED' })
    t.is((await kv.ended).code, 'ERR_CAMIO_CLOSED')
  })
}

test.serial('over datagrams: too large a request, too large an answer, no messages', async (t) => {
  const kv = await client(t, await PLACES.udp!(t))
  await t.throwsAsync(kv.set('key', Buffer.alloc(100_000)), { code: 'ERR_CAMIO_TOO_LARGE' })
  await kv.set('key', Buffer.alloc(40_000))
  await t.throwsAsync(kv.mget('key', 'key'), { name: 'ReplyError' })
  await t.throwsAsync(
    kv.subscribe('news', () => {}),
    { code: 'ERR_CAMIO_UNSUPPORTED' },
  )
  t.is(await kv.ping(), 'PONG')
})

test.serial('candidates: the nearest that is that very server', async (t) => {
  const server = await serve(t, { listen: [`shm:${name()}`, 'tcp://127.0.0.1:0'] })
  const kv = await connect(server.uris)
  t.teardown(() => kv.close())
  t.regex(kv.uri, /^shm:/)
  t.is(await kv.ping(), 'PONG')
  const elsewhere = await connect([`shm:${name()}`, server.uris[1]!])
  t.teardown(() => elsewhere.close())
  t.is(elsewhere.uri, server.uris[1])
})

test.serial('passwords', async (t) => {
  const server = await serve(t, { listen: ['tcp://127.0.0.1:0', 'udp://127.0.0.1:0'], password: 'secret' })
  for (const uri of server.uris) {
    const kv = await connect(uri, { password: 'secret', replyTimeout: '60s' })
    t.is(await kv.ping(), 'PONG')
    await kv.close()
    await t.throwsAsync(connect(uri, { password: 'wrong', replyTimeout: '60s' }), { message: /^WRONGPASS/ })
    const anonymous = await connect(uri, { protocol: 2, replyTimeout: '60s' })
    await t.throwsAsync(anonymous.ping(), { message: /^NOAUTH/ })
    await anonymous.close()
  }
})

test.serial('bad options name what is wrong', async (t) => {
  await t.throwsAsync(connect('tcp://127.0.0.1:1', { replyTimeout: 'soon' }), { code: 'ERR_CAMIO_BAD_OPTION' })
  await t.throwsAsync(connect('tcp://127.0.0.1:1', { nodelai: true }), { message: /nodelai/ })
  await t.throwsAsync(connect([]), { code: 'ERR_CAMIO_BAD_URI' })
  t.true(isCamioError(await connect('tcp://127.0.0.1:1').catch((error: unknown) => error), 'ERR_CAMIO_REFUSED'))
})

test.serial('subscriptions have methods: as plain commands they are refused', async (t) => {
  const kv = await client(t, await PLACES.mem!(t))
  for (const name of ['SUBSCRIBE', 'unsubscribe', 'PSUBSCRIBE'])
    await t.throwsAsync(kv.command(name, 'a', 'b'), { code: 'ERR_CAMIO_UNSUPPORTED' })
  t.is(await kv.ping(), 'PONG')
})

for (const protocol of [2, 3] as const)
  test.serial(`who subscribes while the last one leaves is heard, protocol ${protocol}`, async (t) => {
    const place = await PLACES.mem!(t)
    const listener = await client(t, place, { protocol })
    const speaker = await client(t, place)
    await listener.subscribe('news', () => t.fail('it left'))
    const leaving = listener.unsubscribe('news')
    const heard = new Promise((resolve) => {
      void listener.subscribe('news', (message) => resolve(message.toString()))
    })
    await leaving
    while ((await speaker.publish('news', 'here')) === 0);
    t.is(await heard, 'here')
  })

test.serial('no more requests than may wait', async (t) => {
  const kv = await client(t, await PLACES.mem!(t), { maxPending: 2 })
  const results = await Promise.allSettled([kv.ping(), kv.ping(), kv.ping()])
  t.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  )
  t.is((results[2] as PromiseRejectedResult).reason.code, 'ERR_KV_BUSY')
})
