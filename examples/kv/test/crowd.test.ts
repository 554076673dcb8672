/** Many clients at once, some of which do not read. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { folder, name, ServerProcess, serve } from './support/server.js'
import { encode, Wire } from './support/wire.js'

const MEBI = 2 ** 20
const CLIENTS = { shm: 150, unix: 400, tcp: 400, udp: 50 } as const
const SLOW = 40

/** Bytes that a process has in memory and that are its own. */
function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)![1]) * 1024
}

const linux = process.platform === 'linux' ? test : test.skip

linux(
  '1,000 clients of four transports, slow ones among them: none stops another, and memory is bounded',
  async (t) => {
    t.timeout(110_000)
    const path = folder(t)
    const uris = [
      `shm:${name()}?capacity=64KiB`,
      `unix:${path}/kv.sock?backlog=1024`,
      'tcp://127.0.0.1:0',
      'udp://127.0.0.1:0',
    ]
    const server = await ServerProcess.start(
      t,
      uris.flatMap((uri) => ['--listen', uri]),
    )
    const wires: Wire[] = []
    t.teardown(() => Promise.all(wires.map((wire) => wire.stream.close({ discard: true }).catch(() => {}))))
    for (const [scheme, count] of Object.entries(CLIENTS)) {
      const uri = server.uris.find((one) => one.startsWith(`${scheme}:`))!
      for (let i = 0; i < count; i++) wires.push(await Wire.open(uri, scheme === 'shm' ? { capacity: '64KiB' } : {}))
    }
    t.is(wires.length, 1000)
    const streams = wires.filter(({ stream }) => stream.features.reliable)
    await wires[0]!.ask('SET', 'big', 'x'.repeat(100_000))

    // Every 20th asks for far more than it reads: 40 x 500 x 100 kB are 2 GB of answers.
    const slow = streams.filter((_, i) => i % 20 === 0).slice(0, SLOW)
    t.is(slow.length, SLOW)
    const before = memoryOf(server.child.pid!)
    const flood = Buffer.concat(Array.from({ length: 500 }, () => encode(['GET', 'big'])))
    for (const wire of slow) t.true(wire.stream.tryWrite(flood), 'it fits the ring')

    const quick = wires.filter((wire) => !slow.includes(wire))
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(
        quick.map(async (wire, i) => {
          if ((await wire.ask('SET', `key ${i}`, `${round} ${i}`)) !== 'OK') return `SET of ${i}`
          return (await wire.ask('GET', `key ${i}`)) === `${round} ${i}` ? null : `GET of ${i}`
        }),
      )
      t.deepEqual(
        answers.filter((wrong) => wrong !== null),
        [],
      )
    }
    const grown = memoryOf(server.child.pid!) - before
    // What the system and a ring hold of each slow client, and what the others' answers need.
    t.true(grown < 250 * MEBI, `${Math.round(grown / MEBI)} MiB`)

    // A slow one gets all of it when it reads.
    const [late] = slow as [Wire]
    for (let i = 0; i < 500; i++) if (((await late.next()) as string).length !== 100_000) t.fail(`answer ${i}`)
  },
)

test('who subscribes and does not read is let go, and the others are told all the same', async (t) => {
  const server = await serve(t, {
    listen: ['tcp://127.0.0.1:0'],
    outputLimit: { hard: 4 * MEBI, soft: MEBI, softTime: 60_000 },
  })
  const [uri] = server.uris as [string]
  await using deaf = await Wire.open(uri)
  await deaf.ask('SUBSCRIBE', 'news')
  await using hearer = await Wire.open(uri)
  await hearer.ask('SUBSCRIBE', 'news')
  await using speaker = await Wire.open(uri)
  let told = 0
  for (let hearers = 2; hearers === 2; told++) {
    hearers = (await speaker.ask('PUBLISH', 'news', 'x'.repeat(100_000))) as number
    await hearer.next()
    if (told > 1000) t.fail('it is never let go')
  }
  t.true(told > 10, 'not before it was slow')
  t.is(await speaker.ask('PUBLISH', 'news', 'last'), 1)
  t.deepEqual(await hearer.next(), ['message', 'news', 'last'])
})

test('who is a little slow for long is let go as well', async (t) => {
  const server = await serve(t, {
    listen: ['tcp://127.0.0.1:0?sndbuf=16KiB'],
    outputLimit: { hard: 1024 * MEBI, soft: 100_000, softTime: 300 },
  })
  const [uri] = server.uris as [string]
  await using deaf = await Wire.open(uri, { rcvbuf: '16KiB' })
  await deaf.ask('SUBSCRIBE', 'news')
  await using speaker = await Wire.open(uri)
  for (let i = 0; i < 100; i++) await speaker.ask('PUBLISH', 'news', 'x'.repeat(100_000))
  for (let waits = 0; (await speaker.ask('PUBLISH', 'news', 'x')) === 1; waits++) {
    await sleep(20)
    if (waits > 500) t.fail('it is never let go')
  }
  t.pass()
})
