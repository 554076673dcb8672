/** A stream for each remote address, over one socket. */
import { isCamioError, type Listener, listen, open } from '@camio/core'
import test from 'ava'
import { bytes, dgram, ENGINES, greeted, listening, opened, pair, pause, portOf, sent, text, until } from './support.js'

for (const engine of ENGINES) {
  test(`${engine}: a server written for streams runs unchanged`, async (t) => {
    const echo = async (listener: Listener) => {
      for await (const peer of listener) {
        void (async () => {
          for await (const message of peer) await peer.write(message)
          await peer.close()
        })()
      }
    }
    const listener = await listening(t, 'udp://127.0.0.1:0', { engine, idle: 50 })
    void echo(listener)
    for (let i = 0; i < 4; i++) {
      const client = await opened(t, listener.uri, { engine })
      for (const word of ['one', 'two', 'three']) {
        await client.write(Buffer.from(`${word} ${i}`))
        t.is(await text(client), `${word} ${i}`)
      }
    }
  })

  test(`${engine}: who says nothing for the idle time has ended, and is a new stream when it speaks again`, async (t) => {
    const { near, far, listener } = await pair(t, { engine, idle: 40 })
    await near.write(Buffer.from('last words'))
    await until(() => far.ended || far.tryRead() !== null)
    if (!far.ended) far.release()
    t.is(await far.read(), null)
    t.true(far.ended)
    await near.write(Buffer.from('back'))
    const again = await listener.accept()
    t.not(again as unknown, far)
    t.is(await text(again), 'back')
    t.is(again.uri, far.uri)
    await again.close()
  })

  test(`${engine}: writing keeps a peer, too`, async (t) => {
    // So long that a busy machine's pauses stay below it.
    const { near, far } = await pair(t, { engine, idle: 1000 })
    for (let i = 0; i < 8; i++) {
      await far.write(Buffer.from('tick'))
      t.is(await text(near), 'tick')
      await pause(200)
    }
    t.false(far.ended)
  })

  test(`${engine}: a limit on peers; those of the others are dropped and counted until one leaves`, async (t) => {
    const { near, far, listener } = await pair(t, { engine, peers: 1 }, { engine })
    const other = await opened(t, listener.uri, { engine })
    await other.write(Buffer.from('no room'))
    await until(() => listener.losses.queue === 1 || listener.tryAccept() !== null)
    t.is(listener.tryAccept(), null)
    await near.write(Buffer.from('still here'))
    t.is(await text(far), 'still here')
    await far.close()
    await greeted(t, listener, other)
  })

  test(`${engine}: a limit on who waits to be accepted`, async (t) => {
    const listener = await listening(t, 'udp://127.0.0.1:0', { engine, backlog: 2 })
    for (let i = 0; i < 3; i++) {
      const client = await opened(t, listener.uri, { engine })
      await client.write(Buffer.from(`client ${i}`))
      await client.flush()
    }
    await until(() => listener.losses.queue === 1)
    for (const i of [0, 1]) {
      const peer = await listener.accept()
      t.is(await text(peer), `client ${i}`)
      await peer.close()
    }
  })

  test(`${engine}: a slow reader's queue is bounded, loses and counts; others are not held up`, async (t) => {
    const { near: fast, far: slow, listener } = await pair(t, { engine, queue: '64KiB' }, { engine })
    const other = await opened(t, listener.uri, { engine })
    const otherFar = await greeted(t, listener, other)
    let sent = 0
    while (slow.losses.queue === 0) {
      fast.tryWrite(Buffer.alloc(1000, 1))
      sent++
      await fast.flush()
      await pause(0)
    }
    t.true(sent > 40, `${sent} datagrams of 1000 bytes until the queue of 64 KiB was full`)
    t.is(slow.stats.read.overruns, slow.losses.queue)
    await other.write(Buffer.from('not held up'))
    t.is(await text(otherFar), 'not held up')
    let arrived = 0
    while (slow.tryRead() !== null) {
      arrived++
      slow.release()
    }
    t.is(arrived + slow.losses.queue, sent)
  })

  test(`${engine}: the port is in use as long as a stream of it is open`, async (t) => {
    const { near, far, listener } = await pair(t, { engine }, { engine })
    await listener.close()
    t.true(isCamioError(await t.throwsAsync(listen(listener.uri)), 'ERR_CAMIO_ADDRESS_IN_USE'))
    const stranger = await opened(t, listener.uri, { engine })
    await stranger.write(Buffer.from('too late'))
    await near.write(Buffer.from('in time'))
    t.is(await text(far), 'in time')
    await far.close()
    await (await listen(listener.uri, { engine })).close()
  })
}

test('an accepted stream is called by its peer’s address', async (t) => {
  const { near, far } = await pair(t)
  const back = await open(far.uri)
  t.is(far.uri, `udp://127.0.0.1:${far.remote!.port}`)
  t.deepEqual(far.remote, { host: '127.0.0.1', port: portOf(far) })
  await back.close()
  await near.close()
})

test('leases of an accepted stream lie in its queue: a run of many datagrams is one copy', async (t) => {
  const { near, far } = await pair(t)
  const before = far.stats.read.copies
  near.writeBatch((room, offset, length, index) => void room.fill(index, offset, offset + length), 64, 40)
  await near.flush()
  for (let i = 0; i < 40; i++) t.deepEqual(await bytes(far), Buffer.alloc(64, i))
  t.true(far.stats.read.copies - before <= 2)
})

test('who is silent before being accepted gives its place in the line to others, and what it said is counted', async (t) => {
  const listener = await listening(t, 'udp://127.0.0.1:0', { backlog: 1, idle: 40 })
  const [first, second] = [await dgram(t), await dgram(t)]
  const to = { port: portOf(listener), address: '127.0.0.1' }
  for (let i = 0; i < 3; i++) await sent(first, 'nobody listens', to)
  await until(() => listener.ready())
  await until(() => listener.losses.queue === 3)
  t.is(listener.stats.read.overruns, 3)
  await sent(second, 'me', to)
  const peer = await listener.accept()
  t.teardown(() => peer.close({ discard: true }))
  t.is(await text(peer), 'me')
  t.is(listener.losses.queue, 3)
})
