/** Traffic of others: node:dgram and socat, both ways, and datagrams of every kind. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text as textOf } from 'node:stream/consumers'
import test from 'ava'
import fc from 'fast-check'
import {
  ANYBODY,
  bytes,
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
} from './support.js'

for (const engine of ENGINES) {
  test(`${engine}: with node:dgram, both ways`, async (t) => {
    const socket = await dgram(t)
    const stream = await opened(t, ANYBODY, { engine })
    socket.send('to us', portOf(stream), '127.0.0.1')
    t.is(await text(stream), 'to us')
    const hearing = heard(socket)
    stream.tryClaim(7, stream.remote)!.set(Buffer.from('to dgram'.slice(0, 7)))
    stream.commit()
    const { message, from } = await hearing
    t.is(message.toString(), 'to dgra')
    t.is(from.port, portOf(stream))
  })

  test(`${engine}: a burst of equal datagrams reaches node:dgram one by one`, async (t) => {
    const socket = await dgram(t)
    const got: string[] = []
    const all = new Promise<void>((resolve) => {
      socket.on('message', (message) => {
        got.push(message.toString())
        if (got.length === 100) resolve()
      })
    })
    const stream = await opened(t, `udp://127.0.0.1:${socket.address().port}`, { engine })
    for (let i = 0; i < 100; i++) stream.tryWrite(Buffer.from(`datagram ${1000 + i}`))
    await all
    t.deepEqual(
      got,
      Array.from({ length: 100 }, (_, i) => `datagram ${1000 + i}`),
    )
  })

  test(`${engine}: any lengths, in any order, arrive as they were sent`, async (t) => {
    const server = await opened(t, ANYBODY, { engine })
    const client = await opened(t, loopback(server), { engine })
    // Few enough to be under way at once.
    const lengths = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1500 })), {
      maxLength: 24,
    })
    await fc.assert(
      fc.asyncProperty(lengths, async (list) => {
        const sent = list.map((length, i) => Buffer.alloc(length, i + 1))
        for (const message of sent) client.tryWrite(message)
        await client.flush()
        for (const message of sent) t.deepEqual(await bytes(server), message)
      }),
      { numRuns: 60 },
    )
    t.is(server.stats.read.overruns, 0)
  })

  test(`${engine}: a listener takes datagrams of any content from any number of sockets`, async (t) => {
    const listener = await listening(t, 'udp://127.0.0.1:0', { engine })
    const near = await opened(t, listener.uri, { engine })
    const far = await greeted(t, listener, near)
    const { port } = socketOf(listener.uri)
    for (let i = 0; i < 8; i++) {
      const socket = await dgram(t)
      const noise = Buffer.from(Array.from({ length: i * 100 }, (_, at) => (at * 131 + i * 17) & 255))
      socket.send(noise, port, '127.0.0.1')
      const stranger = await listener.accept()
      t.deepEqual(await bytes(stranger), noise)
      await stranger.close()
    }
    await near.write(Buffer.from('still here'))
    t.is(await text(far), 'still here')
  })
}

function socketOf(uri: string): { port: number } {
  return { port: Number(new URL(uri).port) }
}

/** As iperf does: numbered datagrams as fast as they go, and what is missing at the end is counted. */
const NUMBERED = 3000

test('numbered datagrams of node:dgram: what is missing is what the system says it dropped', async (t) => {
  const socket = await dgram(t)
  const stream = await opened(t, ANYBODY, { engine: 'native' })
  const sent = Promise.all(
    Array.from({ length: NUMBERED }, (_, i) => {
      const message = Buffer.alloc(1200)
      message.writeUInt32BE(i)
      return new Promise<void>((resolve) => socket.send(message, portOf(stream), '127.0.0.1', () => resolve()))
    }),
  )
  const seen = new Set<number>()
  let last = -1
  const note = (bytes: Uint8Array, offset: number, length: number): void => {
    t.is(length, 1200)
    last = new DataView(bytes.buffer, bytes.byteOffset + offset).getUint32(0)
    t.false(seen.has(last))
    seen.add(last)
  }
  await sent
  while (stream.readBatch(note) > 0);
  // The next one brings the news of those that were dropped.
  socket.send(Buffer.alloc(1), portOf(stream), '127.0.0.1')
  t.is((await bytes(stream)).length, 1)
  t.true(seen.size > 0)
  t.is(seen.size + stream.losses.system, NUMBERED)
})

test('numbered datagrams to node:dgram, as many as it takes: none twice, none cut, in order', async (t) => {
  const socket = await dgram(t)
  const stream = await opened(t, `udp://127.0.0.1:${socket.address().port}`, { engine: 'native' })
  const got: number[] = []
  socket.on('message', (message) => {
    if (message.length === 1200) got.push(message.readUInt32BE())
  })
  const write = (room: Uint8Array, offset: number, _length: number, index: number): void => {
    new DataView(room.buffer, room.byteOffset + offset).setUint32(0, index)
  }
  t.is(stream.writeBatch(write, 1200, NUMBERED), NUMBERED)
  await stream.flush()
  const done = heard(socket)
  // Until what fits the other's buffer was read there may be no room for this one.
  while (!(await Promise.race([done.then(() => got.length > 0), pause(5)]))) await stream.write(Buffer.from('.'))
  t.true(got.length > 0 && got.length <= NUMBERED)
  t.deepEqual(
    got,
    [...new Set(got)].sort((a, b) => a - b),
  )
})

const hasSocat = spawnSync('socat', ['-V']).status === 0
const withSocat = hasSocat ? test : test.skip

for (const engine of ENGINES) {
  withSocat(`${engine}: socat sends, socat receives (needs socat)`, async (t) => {
    const stream = await opened(t, ANYBODY, { engine })
    const sender = spawn('socat', ['-u', 'STDIN', `UDP4-SENDTO:127.0.0.1:${portOf(stream)}`])
    sender.stdin.end('from socat')
    t.is(await text(stream), 'from socat')
    await once(sender, 'close')

    // It answers whoever sends to it with what it is told, and ends when it has heard one datagram.
    const echo = spawn('socat', ['-T', '5', `UDP4-RECVFROM:0,bind=127.0.0.1`, 'SYSTEM:cat'])
    t.teardown(() => echo.kill())
    const { stdout } = spawnSync('sh', ['-c', `sleep 0.3; grep -l socat /proc/${echo.pid}/comm`])
    t.true(stdout.length > 0)
    const port = await portOfProcess(echo.pid!)
    const client = await opened(t, `udp://127.0.0.1:${port}`, { engine })
    await client.write(Buffer.from('to socat'))
    t.is(await text(client), 'to socat')
    await once(echo, 'close')
  })
}

/** The UDP port that a process is bound to. */
async function portOfProcess(pid: number): Promise<number> {
  for (;;) {
    const found = spawn('sh', [
      '-c',
      `for fd in /proc/${pid}/fd/*; do readlink $fd; done | sed -n 's/socket:\\[\\(.*\\)\\]/\\1/p' | while read inode; do
         awk -v inode=$inode '$10 == inode { print $2 }' /proc/${pid}/net/udp; done`,
    ])
    const [, port] = (await textOf(found.stdout)).trim().split(':')
    if (port !== undefined) return Number.parseInt(port, 16)
  }
}

test('node: a queue of the smallest size takes the largest datagram', async (t) => {
  const stream = await opened(t, `${ANYBODY}&queue=64KiB`, { engine: 'node' })
  const socket = await dgram(t)
  for (let i = 0; i < 2; i++) {
    await sent(socket, Buffer.alloc(65_507, i), { port: portOf(stream), address: '127.0.0.1' })
    t.deepEqual(await bytes(stream), Buffer.alloc(65_507, i))
  }
})

const rawSockets =
  process.getuid?.() === 0 && spawnSync('socat', ['-V']).stdout?.includes('#define WITH_RAWIP 1') === true
const withRawSockets = rawSockets ? test : test.skip

/** Sends a datagram from port 0, which no socket of UDP can do: its header is written by hand. */
function fromPortZero(port: number, message: string): void {
  const datagram = Buffer.alloc(8 + message.length)
  datagram.writeUInt16BE(port, 2)
  datagram.writeUInt16BE(datagram.length, 4)
  datagram.write(message, 8)
  const { status, stderr } = spawnSync('socat', ['-u', '-', 'IP4-SENDTO:127.0.0.1:17'], { input: datagram })
  if (status !== 0) throw new Error(`socat: ${stderr}`)
}

for (const engine of ENGINES) {
  withRawSockets(
    `${engine}: what comes from port 0 is read, and cannot be answered (needs root and socat)`,
    async (t) => {
      const stream = await opened(t, ANYBODY, { engine })
      const peer = await opened(t, ANYBODY, { engine })
      fromPortZero(portOf(stream), 'nobody')
      t.is(Buffer.from((await stream.read())!).toString(), 'nobody')
      t.deepEqual({ host: stream.remote!.host, port: stream.remote!.port }, { host: '127.0.0.1', port: 0 })
      t.throws(() => stream.tryClaim(1, stream.remote), { code: 'ERR_CAMIO_ADDRESS' })
      stream.release()
      stream.tryClaim(2, { host: '127.0.0.1', port: portOf(peer) })!.set(Buffer.from('ok'))
      stream.commit()
      await stream.flush()
      t.is(await text(peer), 'ok')
    },
  )

  withRawSockets(
    `${engine}: an accepted stream of port 0 is read, and refuses claims; others go on (needs root and socat)`,
    async (t) => {
      const listener = await listening(t, 'udp://127.0.0.1:0', { engine })
      const client = await opened(t, listener.uri, { engine })
      const other = await greeted(t, listener, client)
      fromPortZero(portOf(listener), 'nobody')
      const nobody = await listener.accept()
      t.teardown(() => nobody.close({ discard: true }))
      t.is(nobody.uri, 'udp://127.0.0.1:0')
      t.is(await text(nobody), 'nobody')
      t.throws(() => nobody.tryClaim(1), { code: 'ERR_CAMIO_ADDRESS' })
      t.throws(() => nobody.tryClaim(1, nobody.remote), { code: 'ERR_CAMIO_ADDRESS' })
      await other.write(Buffer.from('still here'))
      t.is(await text(client), 'still here')
    },
  )

  test(`${engine}: an address with port 0 is refused at once; before the first message there is no sender`, async (t) => {
    const stream = await opened(t, ANYBODY, { engine })
    t.is(stream.remote, undefined)
    t.throws(() => stream.tryClaim(1, { host: '127.0.0.1', port: 0 }), { code: 'ERR_CAMIO_ADDRESS' })
    t.throws(() => stream.tryClaim(1, stream.remote), { code: 'ERR_CAMIO_MISUSE' })
  })
}
