import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { startServer } from '../dist/server/server.js'
import { folder, name, serve } from './support/server.js'
import { encode, ReplyError, Wire } from './support/wire.js'

test('maxmemory: an error, and what makes room goes on', async (t) => {
  const server = await serve(t, { listen: [`mem:${name()}`], maxmemory: 50_000 })
  await using wire = await Wire.open(server.uris[0]!)
  let stored = 0
  let reply: unknown
  while ((reply = await wire.ask('SET', `key ${stored}`, 'x'.repeat(1000))) === 'OK') stored++
  t.deepEqual(reply, new ReplyError("OOM command not allowed when used memory > 'maxmemory'."))
  t.true(stored > 25 && stored < 50)
  t.is(await wire.ask('GET', 'key 0'), 'x'.repeat(1000))
  t.is(await wire.ask('DEL', 'key 0', 'key 1'), 2)
  t.is(await wire.ask('SET', 'again', 'x'), 'OK')
})

test('evict=lru: what is in use stays', async (t) => {
  const server = await serve(t, { listen: [`mem:${name()}`], maxmemory: 100_000, evict: 'lru' })
  await using wire = await Wire.open(server.uris[0]!)
  await wire.ask('SET', 'used', 'x')
  for (let i = 0; i < 300; i++) {
    t.is(await wire.ask('SET', `key ${i}`, 'x'.repeat(1000)), 'OK')
    // The clock of use is one of milliseconds.
    if (i % 10 === 0) await sleep(10)
    await wire.ask('GET', 'used')
  }
  t.is(await wire.ask('GET', 'used'), 'x')
  t.true(((await wire.ask('DBSIZE')) as number) < 100)
})

test('maxclients: one more is told, and may come when another has left', async (t) => {
  const server = await serve(t, { listen: ['tcp://127.0.0.1:0'], maxclients: 2 })
  const [uri] = server.uris as [string]
  await using one = await Wire.open(uri)
  const two = await Wire.open(uri)
  t.is(await one.ask('PING'), 'PONG')
  t.is(await two.ask('PING'), 'PONG')
  const three = await Wire.open(uri)
  t.deepEqual(await three.next(), new ReplyError('ERR max number of clients reached'))
  await t.throwsAsync(three.next())
  await three.stream.close()
  await two.stream.close()
  for (;;) {
    await using four = await Wire.open(uri)
    if ((await four.ask('PING')) === 'PONG') break
    await sleep(10)
  }
  t.pass()
})

test('max-request: a larger one is an error before it is there', async (t) => {
  const server = await serve(t, { listen: ['tcp://127.0.0.1:0'], maxRequest: 100_000 })
  await using wire = await Wire.open(server.uris[0]!)
  t.is(await wire.ask('SET', 'a', 'x'.repeat(99_000)), 'OK')
  await wire.stream.write(Buffer.from('*3\r\n$3\r\nSET\r\n$1\r\na\r\n$100001\r\n'))
  t.deepEqual(await wire.next(), new ReplyError('ERR Protocol error: invalid bulk length'))
  await using other = await Wire.open(server.uris[0]!)
  t.deepEqual(
    await other.ask('MSET', 'a', 'x'.repeat(60_000), 'b', 'x'.repeat(60_000)),
    new ReplyError('ERR Protocol error: request is over the limit of 100000 bytes'),
  )
  await using third = await Wire.open(server.uris[0]!)
  t.is(await third.ask('APPEND', 'a', 'x'.repeat(999)), 99_999)
  t.regex(String(await third.ask('APPEND', 'a', 'x')), /string exceeds maximum allowed size/)
  t.regex(String(await third.ask('RENAME', 'a', 'bc')), /string exceeds maximum allowed size/)
  t.is(await third.ask('RENAME', 'a', 'b'), 'OK')
  await t.throwsAsync(startServer({ listen: [`mem:${name()}`], maxRequest: 2 ** 30 }), { code: 'ERR_CAMIO_BAD_OPTION' })
})

test('timeout: who says nothing is let go, unless it listens', async (t) => {
  const server = await serve(t, { listen: [`mem:${name()}`], timeout: 1500 })
  const [uri] = server.uris as [string]
  await using silent = await Wire.open(uri)
  await using hearer = await Wire.open(uri)
  await hearer.ask('SUBSCRIBE', 'news')
  await using speaker = await Wire.open(uri)
  let gone = false
  const ending = t.throwsAsync(silent.next()).then(() => {
    gone = true
  })
  while (!gone) {
    await sleep(20)
    await speaker.ask('PING')
  }
  await ending
  t.is(await speaker.ask('PUBLISH', 'news', 'x'), 1)
})

test('who neither reads nor says anything more costs no turns', async (t) => {
  const server = await serve(t, { listen: ['tcp://127.0.0.1:0'] })
  await using wire = await Wire.open(server.uris[0]!)
  t.is(await wire.ask('SET', 'a', 'x'.repeat(1_000_000)), 'OK')
  await wire.stream.write(Buffer.concat(Array.from({ length: 50 }, () => encode(['GET', 'a']))))
  await wire.stream.end()
  await sleep(200)
  let turns = 0
  const watched = server as unknown as { serveAll(ready: unknown): void }
  const { serveAll } = watched
  watched.serveAll = (ready) => {
    turns++
    serveAll.call(server, ready)
  }
  await sleep(200)
  t.true(turns < 10, `${turns} turns`)
  for (let i = 0; i < 50; i++) t.is(String(await wire.next()).length, 1_000_000)
  await t.throwsAsync(wire.next(), { message: /ended/ })
})

test('timeout: who reads a long answer slowly is not silent', async (t) => {
  const server = await serve(t, { listen: ['tcp://127.0.0.1:0?sndbuf=64KiB'], timeout: 500 })
  await using wire = await Wire.open(`${server.uris[0]}?rcvbuf=64KiB`)
  t.is(await wire.ask('SET', 'a', 'x'.repeat(4_000_000)), 'OK')
  await wire.send('GET', 'a')
  for (let left = 4_000_000; left > 0; ) {
    const lease = (await wire.stream.read())!
    left -= lease.length
    wire.stream.release()
    await sleep(20)
  }
  t.pass()
})

test('a password is asked for where one comes by a network, and nowhere else', async (t) => {
  const server = await serve(t, {
    listen: ['tcp://127.0.0.1:0', 'udp://127.0.0.1:0', `unix:${folder(t)}/kv.sock`],
    password: 'secret',
  })
  for (const uri of server.uris) {
    await using wire = await Wire.open(uri)
    if (uri.startsWith('unix:')) {
      t.is(await wire.ask('GET', 'a'), null)
      continue
    }
    t.deepEqual(await wire.ask('GET', 'a'), new ReplyError('NOAUTH Authentication required.'))
    t.regex(String(await wire.ask('HELLO', '3')), /NOAUTH HELLO must be called/)
    t.deepEqual(
      await wire.ask('AUTH', 'wrong'),
      new ReplyError('WRONGPASS invalid username-password pair or user is disabled.'),
    )
    t.is(await wire.ask('AUTH', 'default', 'secret'), 'OK')
    t.is(await wire.ask('GET', 'a'), null)
  }
  await using stranger = await Wire.open(server.uris[0]!)
  await stranger.stream.write(encode(['SET', 'a', 'x'.repeat(20_000)]))
  t.deepEqual(await stranger.next(), new ReplyError('ERR Protocol error: unauthenticated bulk length'))
  await using polite = await Wire.open(server.uris[0]!)
  t.true(Array.isArray(await polite.ask('HELLO', '3', 'AUTH', 'default', 'secret', 'SETNAME', 'me')))
  t.is(await polite.ask('CLIENT', 'GETNAME'), 'me')
})

test('what a web page makes a browser send is not carried out', async (t) => {
  const server = await serve(t, { listen: ['tcp://127.0.0.1:0'] })
  await using wire = await Wire.open(server.uris[0]!)
  await wire.stream.write(Buffer.from('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nSET a x\r\n'))
  t.regex(String(await wire.next()), /unknown command/)
  await t.throwsAsync(wire.next())
  t.is(server.store.size, 0)
})

for (const uri of ['tcp://0.0.0.0:0', 'tcp://:0', 'tcp://[::]:0', 'udp://0.0.0.0:0', 'udp://:0', 'tls://192.0.2.1:0']) {
  test(`${uri} is not listened on without a password`, async (t) => {
    const error = await t.throwsAsync(startServer({ listen: [uri] }), { code: 'ERR_CAMIO_NO_PERMISSION' })
    t.true(error.message.includes(uri))
  })
}

test('it is, with one, or when somebody says so', async (t) => {
  for (const more of [{ password: 'secret' }, { protected: false }]) {
    const server = await startServer({ listen: ['tcp://0.0.0.0:0'], ...more })
    t.is(server.uris.length, 1)
    await server.close()
  }
})

test('all listeners are bound, or none', async (t) => {
  const shared = `mem:${name()}`
  await t.throwsAsync(startServer({ listen: [shared, 'tcp://127.0.0.1:0', 'nonsense:x'] }), {
    code: 'ERR_CAMIO_UNKNOWN_SCHEME',
  })
  const server = await serve(t, { listen: [shared] })
  t.deepEqual([...server.uris], [shared])
})

test('a value is larger than what a lease may be, both ways', async (t) => {
  const server = await serve(t, { listen: ['tcp://127.0.0.1:0?max-lease=64KiB'] })
  await using wire = await Wire.open(server.uris[0]!)
  const bytes = Buffer.alloc(30_000_001, 'larger than a lease ')
  await wire.stream.write(Buffer.from(`*3\r\n$3\r\nSET\r\n$1\r\na\r\n$${bytes.length}\r\n`))
  await wire.stream.write(bytes)
  await wire.stream.write(Buffer.from('\r\n'))
  t.is(await wire.next(), 'OK')
  await wire.send('GET', 'a')
  // By hand: the bytes as they come.
  let at = -`$${bytes.length}\r\n`.length
  while (at < bytes.length + 2) {
    const lease = (await wire.stream.read())!
    const from = Math.max(0, -at)
    const until = Math.min(lease.length, bytes.length - at)
    if (until > from && !bytes.subarray(at + from, at + until).equals(lease.subarray(from, until))) t.fail(`at ${at}`)
    at += lease.length
    wire.stream.release()
  }
  t.is(at, bytes.length + 2)
})
