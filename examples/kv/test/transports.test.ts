/** The same server and the same commands over every transport, at once. */
import test, { type ExecutionContext } from 'ava'
import type { Server } from '../dist/server/server.js'
import { certificates, folder, name, serve } from './support/server.js'
import { encode, Push, ReplyError, Wire } from './support/wire.js'

/** What a client trusts, by the server that it is for. */
const trusted = new WeakMap<Server, string>()

async function everywhere(t: ExecutionContext): Promise<Server> {
  const path = folder(t)
  const shared = name()
  const { listen, ca } = await certificates(path)
  const server = await serve(t, {
    listen: [
      `mem:${shared}`,
      `shm:${shared}`,
      `unix:${path}/kv.sock`,
      'tcp://127.0.0.1:0',
      `tls://127.0.0.1:0?${listen}`,
      'udp://127.0.0.1:0',
    ],
  })
  trusted.set(server, ca)
  return server
}

const STREAMS = ['mem', 'shm', 'unix', 'tcp', 'tls'] as const
const ALL = [...STREAMS, 'udp'] as const

async function connect(server: Server, scheme: string): Promise<Wire> {
  const uri = server.uris.find((one) => one.startsWith(`${scheme}:`))!
  return Wire.open(uri, scheme === 'tls' ? { caFile: trusted.get(server)! } : {})
}

test('one store, whichever way one comes', async (t) => {
  const server = await everywhere(t)
  for (const [i, scheme] of ALL.entries()) {
    await using wire = await connect(server, scheme)
    t.is(await wire.ask('SET', scheme, `value of ${scheme}`), 'OK')
    t.is(await wire.ask('DBSIZE'), i + 1)
    for (const other of ALL.slice(0, i)) t.is(await wire.ask('GET', other), `value of ${other}`)
    t.is(await wire.ask('INCR', 'hits'), 1)
    t.is(await wire.ask('DEL', 'hits'), 1)
  }
})

for (const scheme of STREAMS) {
  test(`${scheme}: a pipeline is answered in its order, in few pieces`, async (t) => {
    const server = await everywhere(t)
    await using wire = await connect(server, scheme)
    const requests = Array.from({ length: 1000 }, (_, i) => encode(['SET', `key ${i % 10}`, `value ${i}`]))
    await wire.stream.write(Buffer.concat([...requests, encode(['GET', 'key 7']), Buffer.from('PING inline\r\n')]))
    for (let i = 0; i < 1000; i++) t.is(await wire.next(), 'OK')
    t.is(await wire.next(), 'value 997')
    t.is(await wire.next(), 'inline')
    t.true(wire.stream.stats.read.messages < 200, `${wire.stream.stats.read.messages} leases`)
  })

  test(`${scheme}: values of any bytes and of megabytes`, async (t) => {
    const server = await everywhere(t)
    await using wire = await connect(server, scheme)
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    t.is(await wire.ask('SET', bytes, bytes), 'OK')
    t.is(await wire.ask('GET', bytes), bytes.toString('latin1'))
    const large = Buffer.alloc(1_500_003, 'a large value, ')
    t.is(await wire.ask('SET', 'large', large), 'OK')
    t.is(await wire.ask('STRLEN', 'large'), large.length)
    t.is(await wire.ask('GET', 'large'), large.toString('latin1'))
    t.deepEqual(await wire.ask('MGET', 'large', 'none', 'large'), [
      large.toString('latin1'),
      null,
      large.toString('latin1'),
    ])
    t.is(await wire.ask('GETRANGE', 'large', -3, -1), large.toString('latin1').slice(-3))
  })

  test(`${scheme}: who subscribes is told`, async (t) => {
    const server = await everywhere(t)
    await using two = await connect(server, scheme)
    await using three = await connect(server, scheme)
    await using speaker = await connect(server, scheme)
    t.deepEqual(await two.ask('SUBSCRIBE', 'news', 'more'), ['subscribe', 'news', 1])
    t.deepEqual(await two.next(), ['subscribe', 'more', 2])
    t.like(await two.ask('GET', 'x'), {
      message:
        "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
    })
    t.deepEqual(await two.ask('PING'), ['pong', ''])
    await three.ask('HELLO', 3)
    t.deepEqual(await three.ask('SUBSCRIBE', 'news'), new Push(['subscribe', 'news', 1]))
    t.is(await three.ask('GET', 'x'), null)
    t.is(await speaker.ask('PUBLISH', 'news', 'it works'), 2)
    t.is(await speaker.ask('PUBLISH', 'none', 'it works'), 0)
    t.deepEqual(await two.next(), ['message', 'news', 'it works'])
    t.deepEqual(await three.next(), new Push(['message', 'news', 'it works']))
    t.deepEqual(await two.ask('UNSUBSCRIBE'), ['unsubscribe', 'news', 1])
    t.deepEqual(await two.next(), ['unsubscribe', 'more', 0])
    t.is(await two.ask('GET', 'x'), null)
    t.is(await speaker.ask('PUBLISH', 'news', 'again'), 1)
  })

  test(`${scheme}: who says QUIT, or nonsense, is let go with an answer`, async (t) => {
    const server = await everywhere(t)
    await using polite = await connect(server, scheme)
    await polite.stream.write(Buffer.concat([encode(['SET', 'a', '1']), encode(['QUIT']), encode(['SET', 'a', '2'])]))
    t.is(await polite.next(), 'OK')
    t.is(await polite.next(), 'OK')
    await t.throwsAsync(polite.next())
    await using rude = await connect(server, scheme)
    await rude.stream.write(Buffer.from('*1\r\n$x\r\n'))
    t.deepEqual(await rude.next(), new ReplyError('ERR Protocol error: invalid bulk length'))
    await t.throwsAsync(rude.next())
    await using witness = await connect(server, scheme)
    t.is(await witness.ask('GET', 'a'), '1')
  })

  test(`${scheme}: half a request at the end is no request`, async (t) => {
    const server = await everywhere(t)
    const half = await connect(server, scheme)
    await half.stream.write(encode(['SET', 'a', 'whole']))
    await half.stream.write(encode(['SET', 'a', 'half']).subarray(0, -1))
    await half.stream.end()
    t.is(await half.next(), 'OK')
    await t.throwsAsync(half.next(), { message: 'the server ended' })
    await half.stream.close()
    await using wire = await connect(server, scheme)
    t.is(await wire.ask('GET', 'a'), 'whole')
  })

  test(`${scheme}: GET copies nothing of the request, and the value once`, async (t) => {
    const server = await everywhere(t)
    await using wire = await connect(server, scheme)
    await wire.ask('SET', 'key', 'value')
    // The server's stream of this client: its counters are what the store's side cost.
    const [client] = [...server.clients] as unknown as Array<{ stream: Wire['stream'] }>
    const { read, write } = client!.stream.stats
    const before = { read: read.copies, write: write.copies, store: server.store.counts.copies }
    for (let i = 0; i < 100; i++) t.is(await wire.ask('GET', 'key'), 'value')
    const { copies } = client!.stream.features
    t.is(read.copies - before.read, 100 * copies.read)
    // The value is encoded into the claim: that is the one copy, and the transport makes none that it does not make anyway.
    t.is(server.store.counts.copies - before.store, 100)
    t.is(write.copies - before.write, 100 * copies.write)
  })
}

test('udp: requests in one datagram are answered in one', async (t) => {
  const server = await everywhere(t)
  await using wire = await connect(server, 'udp')
  await wire.stream.write(Buffer.concat([encode(['SET', 'a', '1']), encode(['INCR', 'a']), Buffer.from('GET a\r\n')]))
  const lease = await wire.stream.read()
  t.is(Buffer.from(lease!).toString(), '+OK\r\n:2\r\n$1\r\n2\r\n')
  wire.stream.release()
})

test('udp: what does not fit is an error that says so', async (t) => {
  const server = await everywhere(t)
  await using tcp = await connect(server, 'tcp')
  await tcp.ask('SET', 'large', 'x'.repeat(70_000))
  await tcp.ask('SET', 'medium', 'x'.repeat(40_000))
  await using udp = await connect(server, 'udp')
  const tooLong = async (...words: string[]): Promise<void> => {
    const reply = await udp.ask(...words)
    t.regex((reply as ReplyError).message, /^ERR the answer of \d+ bytes does not fit a datagram of 65507$/)
  }
  await tooLong('GET', 'large')
  await tooLong('MGET', 'medium', 'medium')
  await tooLong('MGET', ...Array(20).fill('medium'))
  t.is(((await udp.ask('GET', 'medium')) as string).length, 40_000)
  const half = encode(['SET', 'a', 'b'])
  await udp.stream.write(half.subarray(0, 20))
  t.deepEqual(await udp.next(), new ReplyError('ERR Protocol error: a request must be whole in its datagram'))
  await udp.stream.write(Buffer.from('*x\r\n'))
  t.deepEqual(await udp.next(), new ReplyError('ERR Protocol error: invalid multibulk length'))
  t.deepEqual(
    await udp.ask('SUBSCRIBE', 'x'),
    new ReplyError('ERR SUBSCRIBE needs a stream: a datagram has one answer and no more'),
  )
  t.is(await udp.ask('PING'), 'PONG')
})
