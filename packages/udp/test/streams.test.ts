/** Connected and bound streams, on either engine. */
import { isCamioError, open, registry } from '@camio/core'
import test from 'ava'
import { ANYBODY, bytes, ENGINES, loopback, opened, portOf, text } from './support.js'

test('the driver says what runs', (t) => {
  const driver = registry.driver('udp')
  t.deepEqual(driver.available(), { ok: true, engine: 'native' })
  const { framing, reliable, ordered, connectionless, engine } = driver.features
  t.deepEqual(
    { framing, reliable, ordered, connectionless, engine },
    { framing: 'messages', reliable: false, ordered: false, connectionless: true, engine: 'native' },
  )
})

for (const engine of ENGINES) {
  test(`${engine}: a bound stream hears everybody, says who it was, and answers`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const clients = [await opened(t, loopback(server), { engine }), await opened(t, loopback(server), { engine })]
    for (const [i, client] of clients.entries()) {
      await client.write(Buffer.from(`question ${i}`))
      const lease = await server.read()
      const answer = Buffer.from(`answer to ${Buffer.from(lease!)}`)
      server.tryClaim(answer.length, server.remote)!.set(answer)
      server.commit()
      server.release()
      t.is(await text(client), `answer to question ${i}`)
      t.deepEqual({ ...client.remote }, { host: '127.0.0.1', port: portOf(server) })
    }
  })

  test(`${engine}: remote is one object that shows the message at hand`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const clients = [await opened(t, loopback(server), { engine }), await opened(t, loopback(server), { engine })]
    const ports = new Set<number>()
    const objects = new Set<unknown>()
    for (const client of clients) {
      await client.write(Buffer.from('x'))
      await server.read()
      objects.add(server.remote)
      ports.add(server.remote!.port)
      t.deepEqual(JSON.parse(JSON.stringify(server.remote)), { host: '127.0.0.1', port: server.remote!.port })
      server.release()
    }
    t.is(objects.size, 1)
    t.is(ports.size, 2)
  })

  test(`${engine}: a bound stream writes to addresses given as host and port`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const peer = await opened(t, ANYBODY, { engine })
    const to = { host: '127.0.0.1', port: portOf(peer) }
    server.tryClaim(3, to)!.set(Buffer.from('abc'))
    server.commit()
    t.is(await text(peer), 'abc')
    t.is(
      server.writeBatch((room, offset) => void room.fill(65, offset, offset + 2), 2, 3, to),
      3,
    )
    for (let i = 0; i < 3; i++) t.is(await text(peer), 'AA')
  })

  test(`${engine}: a claim without a peer, or for nobody, is a typed error and takes nothing`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const fails = (fn: () => unknown, code: string) => t.true(isCamioError(t.throws(fn), code), code)
    fails(() => server.tryClaim(1), 'ERR_CAMIO_MISUSE')
    fails(() => server.tryWrite(Buffer.from('x')), 'ERR_CAMIO_MISUSE')
    fails(() => server.tryClaim(1, { host: 'example.org', port: 1 }), 'ERR_CAMIO_ADDRESS')
    fails(() => server.tryClaim(1, { host: '::1', port: 1 }), 'ERR_CAMIO_ADDRESS')
    fails(() => server.tryClaim(1, { host: '127.0.0.1', port: 0 }), 'ERR_CAMIO_ADDRESS')
    fails(() => server.tryClaim(1, { host: '127.0.0.1', port: 65_536 }), 'ERR_CAMIO_ADDRESS')
    fails(() => server.tryClaim(1, { host: '127.0.0.1', port: 1.5 }), 'ERR_CAMIO_ADDRESS')
    const client = await opened(t, loopback(server), { engine })
    fails(() => client.tryClaim(1, { host: '127.0.0.1', port: 1 }), 'ERR_CAMIO_MISUSE')
    t.not(client.tryClaim(1, client.remote), null)
    client.cancel()
  })

  test(`${engine}: IPv4 and IPv6 at once where no address is given`, async (t) => {
    const server = await opened(t, 'udp://:0', { engine })
    for (const host of ['127.0.0.1', '::1']) {
      const client = await opened(t, `udp://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`, { engine })
      await client.write(Buffer.from(host))
      const lease = await server.read()
      t.is(Buffer.from(lease!).toString(), host)
      t.is(server.remote!.host, host)
      server.tryClaim(2, { host, port: server.remote!.port })!.set(Buffer.from('ok'))
      server.commit()
      server.release()
      t.is(await text(client), 'ok')
    }
  })

  test(`${engine}: names are resolved; bind= says from where`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const client = await opened(t, `udp://localhost:${portOf(server)}`, { engine, bind: '127.0.0.1' })
    t.is(client.uri, `udp://localhost:${portOf(server)}`)
    await client.write(Buffer.from('by name'))
    t.is(await text(server), 'by name')
  })

  test(`${engine}: the largest datagram passes, a larger one is refused`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const client = await opened(t, loopback(server), { engine })
    t.is(client.maxClaim, 65_507)
    const large = Buffer.alloc(65_507, 'udp')
    await client.write(large)
    t.deepEqual(await bytes(server), large)
    t.true(
      isCamioError(
        t.throws(() => client.tryClaim(65_508)),
        'ERR_CAMIO_TOO_LARGE',
      ),
    )
  })

  test(`${engine}: what is too large for the reader is dropped and counted, by cause`, async (t) => {
    const server = await opened(t, ANYBODY, { engine, maxMessage: 1000 })
    const client = await opened(t, loopback(server), { engine })
    for (const length of [1001, 1001, 1001, 500]) await client.write(Buffer.alloc(length, 1))
    t.is((await bytes(server)).length, 500)
    t.is(server.losses.oversize, 3)
    t.is(server.stats.read.overruns, 3)
    await client.write(Buffer.alloc(1000))
    t.is((await bytes(server)).length, 1000)
  })

  test(`${engine}: the first datagram of a stream may be empty`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const client = await opened(t, loopback(server), { engine })
    await client.write(Buffer.alloc(0))
    await client.flush()
    await client.write(Buffer.from('second'))
    t.is((await bytes(server)).length, 0)
    t.is(await text(server), 'second')
  })

  test(`${engine}: a claim keeps its address while others are flushed`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const [first, second] = [await opened(t, ANYBODY, { engine }), await opened(t, ANYBODY, { engine })]
    const to = (stream: { uri: string }) => ({ host: '127.0.0.1', port: portOf(stream) })
    server.tryClaim(1, to(second))!.fill(65)
    server.commit()
    const claim = server.tryClaim(1, to(first))!
    await server.flush()
    claim.fill(66)
    server.commit()
    server.tryClaim(1, to(second))!.fill(67)
    server.commit()
    t.is(await text(first), 'B')
    t.is(await text(second), 'A')
    t.is(await text(second), 'C')
  })

  test(`${engine}: a connected stream hears its peer only`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const client = await opened(t, loopback(server), { engine })
    await client.write(Buffer.from('x'))
    await server.read()
    const { port } = server.remote!
    server.release()
    const stranger = await opened(t, `udp://127.0.0.1:${port}`, { engine })
    await stranger.write(Buffer.from('not for you'))
    server.tryClaim(3, { host: '127.0.0.1', port })!.set(Buffer.from('you'))
    server.commit()
    t.is(await text(client), 'you')
  })
}

test('a bad URI says what is wrong with it', async (t) => {
  const fails = async (uri: string, code: string, about: RegExp) => {
    const error = await t.throwsAsync(open(uri))
    t.true(isCamioError(error, code), `${uri}: ${error}`)
    t.regex(error!.message, about)
  }
  await fails('udp://127.0.0.1', 'ERR_CAMIO_BAD_URI', /host:port/)
  await fails('udp://127.0.0.1:70000', 'ERR_CAMIO_BAD_URI', /host:port/)
  await fails('udp://127.0.0.1:0', 'ERR_CAMIO_BAD_URI', /port 0/)
  await fails('udp://:1?bind=example.org', 'ERR_CAMIO_BAD_OPTION', /bind/)
  await fails('udp://239.1.1.1:1?mode=r&iface=nosuch0', 'ERR_CAMIO_BAD_OPTION', /iface/)
  await fails('udp://239.1.1.1:1?mode=r&iface=192.0.2.77', 'ERR_CAMIO_BAD_OPTION', /iface/)
  await fails('udp://239.1.1.1:1?mode=r&source=me', 'ERR_CAMIO_BAD_OPTION', /source/)
  await fails('udp://239.1.1.1:1?mode=r&bind=127.0.0.1', 'ERR_CAMIO_BAD_OPTION', /bind/)
  await fails('udp://no-such-host.invalid:1', 'ERR_CAMIO_ADDRESS', /no-such-host/)
  await fails('udp://127.0.0.1:1?queue=1', 'ERR_CAMIO_BAD_OPTION', /queue/)
  await fails('udp://127.0.0.1:1?framing=bytes', 'ERR_CAMIO_BAD_OPTION', /reliable/)
})

test('a port that is taken is a typed error; reuseport shares it', async (t) => {
  const first = await opened(t, ANYBODY, { reuseport: true })
  const error = await t.throwsAsync(open(`udp://:${portOf(first)}?bind=127.0.0.1`))
  t.true(isCamioError(error, 'ERR_CAMIO_ADDRESS_IN_USE'), String(error))
  const second = await opened(t, `udp://:${portOf(first)}?bind=127.0.0.1`, { reuseport: true })
  t.is(portOf(second), portOf(first))
})

test('options that the node engine cannot honour are refused by name', async (t) => {
  for (const options of [
    { gather: '1ms' },
    { timestamps: true },
    { tos: 4 },
    { ecn: 'ect0' },
    { 'ip-fragment': false },
  ]) {
    const error = await t.throwsAsync(open(ANYBODY, { engine: 'node', ...options } as object))
    t.true(isCamioError(error, 'ERR_CAMIO_UNSUPPORTED'), String(error))
    t.true(error!.message.includes(Object.keys(options)[0]!))
  }
  t.is((await opened(t, ANYBODY, { engine: 'node', gather: 0 })).features.engine, 'node')
})
