/** What the network answers reaches the stream that it concerns. */
import { isCamioError } from '@camio/core'
import type { DatagramStream } from '@camio/udp'
import test from 'ava'
import {
  ANYBODY,
  closed,
  dgram,
  ENGINES,
  greeted,
  heard,
  listening,
  loopback,
  opened,
  pause,
  portOf,
  sent,
  text,
  until,
} from './support.js'

/** Nobody may send there without `broadcast`. */
const FORBIDDEN = { host: '255.255.255.255', port: 9 }

for (const engine of ENGINES) {
  test(`${engine}: nobody there breaks a connected stream, for its reader and its writer`, async (t) => {
    const gone = await opened(t, ANYBODY, { engine })
    const uri = loopback(gone)
    await gone.close()
    const stream = await opened(t, uri, { engine })
    await stream.write(Buffer.from('x'))
    const error = await t.throwsAsync(stream.read())
    t.true(isCamioError(error, 'ERR_CAMIO_REFUSED'), String(error))
    t.true(
      isCamioError(
        t.throws(() => stream.tryClaim(1)),
        'ERR_CAMIO_REFUSED',
      ),
    )
    t.is(stream.ended, false)
    t.is(stream.losses.unreachable, 1)
    await stream.close()
  })

  test(`${engine}: unreachable=count: it is counted, and the stream goes on when somebody is there`, async (t) => {
    const gone = await opened(t, ANYBODY, { engine })
    const port = portOf(gone)
    await gone.close()
    const stream = await opened(t, `udp://127.0.0.1:${port}`, { engine, unreachable: 'count' })
    await stream.write(Buffer.from('x'))
    await until(() => stream.losses.unreachable === 1)
    t.is(stream.stats.write.overruns, 1)
    const back = await opened(t, `udp://:${port}?bind=127.0.0.1`, { engine })
    await stream.write(Buffer.from('now'))
    t.is(await text(back), 'now')
  })

  test(`${engine}: each datagram to nobody is one loss`, async (t) => {
    const gone = await opened(t, ANYBODY, { engine })
    const uri = loopback(gone)
    await gone.close()
    const stream = await opened(t, uri, { engine, unreachable: 'count' })
    for (let i = 0; i < 10; i++) {
      stream.tryWrite(Buffer.alloc(i))
      stream.tryFlush()
    }
    await until(() => stream.losses.unreachable === 10)
    await pause(20)
    t.is(stream.stats.write.overruns, 10)
    t.is(stream.losses.unsent, 0)
  })

  test(`${engine}: one peer that is not there does not break a bound stream for the others`, async (t) => {
    const gone = await opened(t, ANYBODY, { engine })
    const nobody = { host: '127.0.0.1', port: portOf(gone) }
    await gone.close()
    const server = await opened(t, ANYBODY, { engine })
    const peer = await opened(t, ANYBODY, { engine })
    for (let i = 0; i < 10; i++) {
      server.tryClaim(4, nobody)!.fill(0)
      server.commit()
      await server.flush()
      server.tryClaim(4, { host: '127.0.0.1', port: portOf(peer) })!.set(Buffer.from(`no ${i}`))
      server.commit()
      t.is(await text(peer), `no ${i}`)
    }
    // Node does not tell an unconnected socket.
    if (engine === 'native') await until(() => server.losses.unreachable > 0)
    t.is(server.error, null)
  })
}

test('an accepted stream breaks when its peer is gone; the listener and its other streams go on', async (t) => {
  const listener = await listening(t, 'udp://127.0.0.1:0')
  const clients = [await opened(t, listener.uri), await opened(t, listener.uri)]
  const [first, second] = [await greeted(t, listener, clients[0]!), await greeted(t, listener, clients[1]!)]
  await clients[0]!.close()
  await first.write(Buffer.from('are you there?'))
  const error = await t.throwsAsync(first.read())
  t.true(isCamioError(error, 'ERR_CAMIO_REFUSED'), String(error))
  await second.write(Buffer.from('and you?'))
  t.is(await text(clients[1]!), 'and you?')
  await clients[1]!.write(Buffer.from('yes'))
  t.is(await text(second), 'yes')
})

test('what was received before the error is read first', async (t) => {
  const server = await opened(t, ANYBODY)
  const client = await opened(t, loopback(server))
  await client.write(Buffer.from('x'))
  await server.read()
  const to = { host: server.remote!.host, port: server.remote!.port }
  server.release()
  for (const word of ['one', 'two']) {
    server.tryClaim(3, to)!.set(Buffer.from(word))
    server.commit()
  }
  await server.close()
  await client.readable()
  await client.write(Buffer.from('y'))
  await until(() => client.error !== null)
  t.is(await text(client), 'one')
  t.is(await text(client), 'two')
  t.true(
    isCamioError(
      t.throws(() => client.tryRead()),
      'ERR_CAMIO_REFUSED',
    ),
  )
})

test('no way to an address is told once, by the next call that writes; the stream goes on', async (t) => {
  const server = await opened(t, ANYBODY)
  const peer = await opened(t, ANYBODY)
  server.tryClaim(1, FORBIDDEN)!.fill(0)
  server.commit()
  const error = await t.throwsAsync(server.flush())
  t.true(isCamioError(error), String(error))
  t.regex(error!.message, /255\.255\.255\.255:9/)
  t.is(server.losses.unsent, 1)
  server.tryClaim(2, { host: '127.0.0.1', port: portOf(peer) })!.set(Buffer.from('ok'))
  server.commit()
  t.is(await text(peer), 'ok')
})

test('an error that nobody asked for breaks nothing at the end of a turn', async (t) => {
  const server = await opened(t, ANYBODY)
  server.tryClaim(1, FORBIDDEN)!.fill(0)
  server.commit()
  await pause(20)
  t.is(server.error, null)
  const error = t.throws(() => server.tryClaim(1, FORBIDDEN))
  t.true(isCamioError(error, 'ERR_CAMIO_NO_PERMISSION'), String(error))
})

test('what the system has received and nobody has asked for is read before the error', async (t) => {
  const server = await dgram(t)
  const client = await opened(t, `udp://127.0.0.1:${server.address().port}`, { engine: 'native' })
  const hearing = heard(server)
  await client.write(Buffer.from('x'))
  const { from } = await hearing
  for (const word of ['one', 'two']) await sent(server, word, from)
  await closed(server)
  await client.write(Buffer.from('y'))
  await pause(20)
  t.is(Buffer.from(client.tryRead()!).toString(), 'one')
  client.release()
  t.is(Buffer.from(client.tryRead()!).toString(), 'two')
  client.release()
  t.throws(() => client.tryRead(), { code: 'ERR_CAMIO_REFUSED' })
  // Somebody has the port again: what is told stays told.
  const again = await dgram(t, portOf(client))
  await sent(again, 'late', from)
  await pause(20)
  for (let i = 0; i < 40; i++) t.throws(() => client.tryRead(), { code: 'ERR_CAMIO_REFUSED' })
})

test('a broken accepted stream stays broken, frees its place, and its address may come again', async (t) => {
  const listener = await listening(t, 'udp://127.0.0.1:0', { peers: 1 })
  const first = await dgram(t)
  const { port } = first.address()
  await sent(first, 'hello', { port: portOf(listener), address: '127.0.0.1' })
  const stream = (await listener.accept()) as DatagramStream
  t.teardown(() => stream.close({ discard: true }))
  t.is(await text(stream), 'hello')
  await sent(first, 'last words', { port: portOf(listener), address: '127.0.0.1' })
  await closed(first)
  await stream.write(Buffer.from('there?'))
  await until(() => stream.error !== null)
  t.is(await text(stream), 'last words')
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_REFUSED' })
  const second = await dgram(t, port)
  await sent(second, 'again', { port: portOf(listener), address: '127.0.0.1' })
  const next = await listener.accept()
  t.teardown(() => next.close({ discard: true }))
  t.is(await text(next), 'again')
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_REFUSED' })
  t.deepEqual(listener.losses, { system: 0, queue: 0, oversize: 0, unreachable: 0, unsent: 0 })
})
