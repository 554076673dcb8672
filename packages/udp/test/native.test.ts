/** What the native engine promises beyond the contract: system calls, joined datagrams, time stamps, counted drops, descriptors. */
import { readdirSync } from 'node:fs'
import { open, select } from '@camio/core'
import test from 'ava'
import { native as part } from '../dist/native/binding.js'
import { ANYBODY, bytes, dgram, loopback, opened, pair, pause, portOf, sent, text, until } from './support.js'

const native = { engine: 'native' } as const
const descriptors = () => readdirSync('/proc/self/fd').length

test.serial('equal datagrams of one turn leave joined, and are taken apart without a copy', async (t) => {
  const server = await opened(t, ANYBODY, native)
  const client = await opened(t, loopback(server), native)
  t.is(
    client.writeBatch((room, offset, length, index) => void room.fill(index, offset, offset + length), 100, 1000),
    1000,
  )
  await client.flush()
  t.is(client.stats.write.systemCalls, 1)
  await server.readable()
  const buffers = new Set<ArrayBufferLike>()
  let expected = 0
  while (expected < 1000) {
    await server.readable()
    server.readBatch((room, offset, length) => {
      buffers.add(room.buffer)
      t.is(length, 100)
      t.true(room.subarray(offset, offset + length).every((byte) => byte === (expected & 255)))
      expected++
    })
  }
  t.is(buffers.size, 1)
  t.is(server.stats.read.copies, 0)
  t.true(server.stats.read.systemCalls < 10, `${server.stats.read.systemCalls} system calls for 1000 datagrams`)
})

test.serial('a shorter datagram ends a run, a longer and an empty one begin the next', async (t) => {
  const server = await opened(t, ANYBODY, native)
  const client = await opened(t, loopback(server), native)
  const lengths = [100, 100, 100, 40, 100, 100, 0, 0, 200, 200, 100, 1, 1, 1, 2]
  for (const [i, length] of lengths.entries()) client.tryWrite(Buffer.alloc(length, i + 1))
  await client.flush()
  t.is(client.stats.write.systemCalls, 1)
  for (const [i, length] of lengths.entries()) t.deepEqual(await bytes(server), Buffer.alloc(length, i + 1))
})

test.serial('datagrams to many peers leave together, each where it is to go', async (t) => {
  const server = await opened(t, ANYBODY, native)
  const peers = await Promise.all(Array.from({ length: 10 }, () => opened(t, ANYBODY, native)))
  for (let round = 0; round < 20; round++) {
    for (const [i, peer] of peers.entries()) {
      const message = Buffer.from(`${round} for ${i}`)
      server.tryClaim(message.length, { host: '127.0.0.1', port: portOf(peer) })!.set(message)
      server.commit()
    }
  }
  await server.flush()
  for (const [i, peer] of peers.entries()) {
    for (let round = 0; round < 20; round++) t.is(await text(peer), `${round} for ${i}`)
  }
  t.true(server.stats.write.systemCalls < 20, `${server.stats.write.systemCalls} system calls`)
})

test.serial('time stamps are of when the system received it, not of when it was read', async (t) => {
  const server = await opened(t, ANYBODY, { ...native, timestamps: true })
  const client = await opened(t, loopback(server), native)
  let early = false
  // The system switches stamping on in the background; until then it stamps what is read.
  for (let i = 0; i < 100 && !early; i++) {
    const before = Date.now()
    await client.write(Buffer.from('x'))
    await client.flush()
    await pause(5)
    const reading = Date.now()
    await server.read()
    const { timestamp } = server
    server.release()
    t.true(timestamp >= before)
    early = timestamp <= reading
  }
  t.true(early)
  t.true(Number.isNaN(client.timestamp))
})

test.serial('time stamps of accepted streams are those of their datagrams', async (t) => {
  const { near, far } = await pair(t, { ...native, timestamps: true })
  let last = 0
  for (let i = 0; i < 3; i++) {
    await near.write(Buffer.from('x'))
    await far.read()
    t.true(far.timestamp > last)
    last = far.timestamp
    far.release()
  }
})

test.serial('what a full socket drops is counted', async (t) => {
  const server = await opened(t, ANYBODY, { ...native, rcvbuf: '8KiB' })
  const client = await opened(t, loopback(server), native)
  let sent = 0
  // Each longer than the one before: they are not joined, and the system counts them one by one.
  for (; sent < 1000; sent++) client.tryWrite(Buffer.alloc(200 + sent))
  await client.flush()
  let arrived = 0
  const take = () => void arrived++
  while (server.readBatch(take) > 0);
  // The system tells with the next datagram, and when it is asked.
  await client.write(Buffer.alloc(1))
  await bytes(server)
  t.true(arrived > 0)
  t.is(arrived + server.losses.system, sent)
  t.is(server.stats.read.overruns, server.losses.system)
})

test.serial('what was dropped last is counted when the stream closes', async (t) => {
  const server = await opened(t, ANYBODY, { ...native, rcvbuf: '8KiB' })
  const client = await opened(t, loopback(server), native)
  for (let i = 0; i < 100; i++) client.tryWrite(Buffer.alloc(i % 2 === 0 ? 900 : 901))
  await client.flush()
  await server.close()
  t.true(server.losses.system > 0)
})

test.serial('gather= joins wake-ups, loses nothing, and is over with its stream', async (t) => {
  const wakeUps = async (options: object) => {
    const server = await opened(t, ANYBODY, { ...native, ...options })
    const client = await opened(t, loopback(server), native)
    const reading = (async () => {
      for (let i = 0; i < 20; i++) t.is((await bytes(server))[0], i)
    })()
    for (let i = 0; i < 20; i++) {
      await client.write(Buffer.of(i))
      await client.flush()
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    await reading
    await Promise.all([server.close(), client.close()])
    return server.stats.read.wakeUps
  }
  const gathered = await wakeUps({ gather: '100ms' })
  const each = await wakeUps({})
  t.true(gathered < each, `${gathered} wake-ups that gather, ${each} that do not`)
})

for (const gather of [undefined, 0]) {
  test.serial(`bursts one after the other arrive whole, gather=${gather ?? 'in floods'}`, async (t) => {
    const server = await opened(t, ANYBODY, { ...native, rcvbuf: '1MiB', ...(gather !== undefined && { gather }) })
    const client = await opened(t, loopback(server), native)
    // No two neighbours alike, so that each is a packet by itself.
    const each = (i: number) => 1 + (i % 2)
    let expected = 0
    for (let burst = 0; burst < 20; burst++) {
      const end = expected + 100
      for (let i = expected; i < end; i++) client.tryWrite(Buffer.alloc(each(i), i))
      await client.flush()
      while (expected < end) {
        await server.readable()
        server.readBatch((room, offset, length) => {
          t.deepEqual([length, room[offset]], [each(expected), expected & 255])
          expected++
        })
      }
    }
    t.is(server.losses.system, 0)
  })
}

test.serial('an idle stream is looked at without a system call', async (t) => {
  const stream = await opened(t, ANYBODY, native)
  t.is(stream.tryRead(), null)
  const before = stream.stats.read.systemCalls
  for (let i = 0; i < 10; i++) t.is(stream.tryRead(), null)
  t.is(stream.stats.read.systemCalls, before)
})

test.serial('a loop that never gives the event loop a turn sees what comes, of accepted streams as well', async (t) => {
  const server = await opened(t, ANYBODY, native)
  const client = await opened(t, loopback(server), native)
  t.is(server.tryRead(), null)
  client.tryWrite(Buffer.from('x'))
  client.tryFlush()
  let lease: Uint8Array | null = null
  while (lease === null) lease = server.tryRead()
  t.is(lease.length, 1)
  const { near, far } = await pair(t, native)
  near.tryWrite(Buffer.from('yy'))
  near.tryFlush()
  lease = null
  while (lease === null) lease = far.tryRead()
  t.is(lease.length, 2)
})

test.serial('many sockets, one wake-up: descriptors and idle ones cost nothing but themselves', async (t) => {
  const before = descriptors()
  const streams = await Promise.all(Array.from({ length: 100 }, () => opened(t, ANYBODY, native)))
  t.true(descriptors() - before <= 102)
  const client = await opened(t, loopback(streams[42]!), native)
  const ready = select(streams)
  await client.write(Buffer.from('x'))
  t.deepEqual(await ready, [streams[42]!])
  await Promise.all(streams.map((stream) => stream.close()))
  await client.close()
  await until(() => descriptors() <= before + 1)
  t.pass()
})

test.serial('streams that wait hold no buffers', async (t) => {
  const streams = await Promise.all(Array.from({ length: 100 }, () => opened(t, ANYBODY, native)))
  const before = process.memoryUsage().arrayBuffers
  const waiting = streams.map((stream) => stream.readable())
  for (let round = 0; round < 2; round++) {
    for (const [i, stream] of streams.entries()) {
      const to = streams[(i + 1) % streams.length]!
      stream.tryClaim(100, { host: '127.0.0.1', port: portOf(to) })!.fill(i)
      stream.commit()
      await waiting[(i + 1) % streams.length]
      t.is((await bytes(to)).length, 100)
      waiting[(i + 1) % streams.length] = to.readable()
    }
  }
  // One slab for reading and one for writing each would be 128 MiB.
  const grown = process.memoryUsage().arrayBuffers - before
  t.true(grown < 40 * 1024 * 1024, `${grown} bytes for 100 streams`)
  await Promise.all([...streams.map((stream) => stream.close()), Promise.allSettled(waiting)])
})

test.serial('an open that fails leaves no descriptor', async (t) => {
  const taken = await opened(t, ANYBODY, native)
  const before = descriptors()
  for (let i = 0; i < 20; i++) await t.throwsAsync(open(`udp://:${portOf(taken)}?bind=127.0.0.1`))
  t.true(descriptors() <= before)
})

test.serial('the path of a connected stream is known', async (t) => {
  const server = await opened(t, ANYBODY, native)
  const client = await opened(t, loopback(server), native)
  t.true(client.pathMtu >= 1280)
})

test.serial('what does not fit is never handed out cut: it is left out, and counted', async (t) => {
  await opened(t, ANYBODY, native)
  const binding = part.loaded.binding!
  const slot = binding.open('127.0.0.1', 0, '', 0, '', 0, '', 0, Int32Array.of(0, 0, 0, -1, -1, 0))
  t.teardown(() => binding.close(slot, true))
  const socket = await dgram(t)
  for (const length of [10, 100, 20]) {
    await sent(socket, Buffer.alloc(length, length), { port: binding.localAddress(slot).port, address: '127.0.0.1' })
  }
  const slab = new Uint8Array(4 * 64)
  const [runs, report] = [new Int32Array(4 * 3), new Int32Array(3)]
  t.is(binding.receive(slot, slab, runs, new Uint8Array(4 * 24), new Float64Array(0), report), 2)
  t.deepEqual([...runs.subarray(0, 6)], [0, 10, 10, 128, 20, 20])
  t.is(slab[128], 20)
  t.is(report[2], 1)
})
