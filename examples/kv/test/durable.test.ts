/** `fsync=always`: who is told what, and when. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import type { Server, ServerOptions } from '../dist/server/server.js'
import { folder, name, serve } from './support/server.js'
import { encode, Push, ReplyError, Wire } from './support/wire.js'

/** The storage of a server: takes nothing until it is told to. */
class Storage {
  private open = false
  private readonly waiting: { store(): void; fail(error: Error): void }[] = []

  constructor(stream: Wire['stream']) {
    stream.sync = async () => {
      await stream.flush()
      if (!this.open) await new Promise<void>((store, fail) => this.waiting.push({ store, fail }))
    }
  }

  async asked(): Promise<void> {
    while (this.waiting.length === 0) await sleep(5)
  }

  /** Once somebody asks it to: takes what it was asked for first. */
  async store(): Promise<void> {
    await this.asked()
    this.waiting.shift()!.store()
  }

  /** From now on it takes everything. */
  storeAll(): void {
    this.open = true
    for (const one of this.waiting.splice(0)) one.store()
  }

  fail(): void {
    for (const one of this.waiting.splice(0)) one.fail(new Error('no space left'))
  }
}

interface Slow {
  readonly server: Server
  readonly uri: string
  readonly reports: readonly string[]
  readonly storage: Storage
}

async function slow(t: ExecutionContext, options: Partial<ServerOptions> = {}): Promise<Slow> {
  const reports: string[] = []
  const server = await serve(t, {
    listen: [`mem:${name()}`],
    store: `file:${folder(t)}/kv.log`,
    fsync: 'always',
    report: (line) => reports.push(line),
    ...options,
  })
  const { stream } = (server as unknown as { log: { file: { stream: Wire['stream'] } } }).log.file
  const storage = new Storage(stream)
  t.teardown(() => storage.storeAll())
  return { server, uri: server.uris[0]!, reports, storage }
}

/** Without the log. */
function put({ store }: Server, key: string, value: string): void {
  const { journal } = store
  store.journal = null
  store.set(Buffer.from(key), 0, key.length, Buffer.from(value), 0, value.length, false, 0)
  store.journal = journal
}

function inStore({ store }: Server, key: string): string | null {
  const entry = store.find(Buffer.from(key), 0, key.length)
  return entry && Buffer.from(entry.value).toString()
}

/** What comes within a while. */
async function heard(wire: Wire): Promise<unknown> {
  return Promise.race([wire.next(), sleep(100, 'nothing')])
}

test('more answers than a claim holds wait, all of them', async (t) => {
  const { uri, storage, server } = await slow(t)
  put(server, 'some', 'x'.repeat(10_000))
  await using wire = await Wire.open(uri)
  const gets = Array.from({ length: 10 }, () => encode(['GET', 'some']))
  await wire.stream.write(Buffer.concat([encode(['SET', 'a', '1']), ...gets]))
  await sleep(100)
  t.true(wire.stream.tryRead() === null, 'nothing was told')
  storage.storeAll()
  t.is(await wire.next(), 'OK')
  for (const _ of gets) t.is(await wire.next(), 'x'.repeat(10_000))
})

test('a large value behind a change waits, too', async (t) => {
  const { uri, storage, server } = await slow(t)
  await using wire = await Wire.open(uri)
  const big = 'x'.repeat(200_000)
  put(server, 'big', big)
  await wire.stream.write(Buffer.concat([encode(['SET', 'a', '1']), encode(['GET', 'big'])]))
  await sleep(100)
  t.true(wire.stream.tryRead() === null, 'nothing was told')
  storage.storeAll()
  t.is(await wire.next(), 'OK')
  t.is(await wire.next(), big)
})

test('a client that resets its connection while it waits breaks nothing', async (t) => {
  const { server, uri, storage, reports } = await slow(t, { listen: ['tcp://127.0.0.1:0'] })
  const socket = connect(Number(new URL(uri).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(encode(['SET', 'a', '1']))
  await sleep(50)
  t.is(server.store.size, 1)
  socket.resetAndDestroy()
  await sleep(50)
  storage.storeAll()
  await sleep(50)
  await using wire = await Wire.open(uri)
  t.is(await wire.ask('SET', 'a', '2'), 'OK')
  t.deepEqual(reports, [])
})

test('who waits does not wait for what others change later', async (t) => {
  const { server, uri, storage } = await slow(t)
  const wires = await Promise.all([0, 1, 2].map(() => Wire.open(uri)))
  const change = async (i: number) => {
    if (i === wires.length) return
    await wires[i]!.send('SET', 'a', i)
    while (inStore(server, 'a') !== String(i)) await sleep(5)
  }
  await change(0)
  for (const [i, wire] of wires.entries()) {
    await storage.asked()
    await change(i + 1)
    await storage.store()
    t.is(await wire.next(), 'OK')
  }
  for (const wire of wires) await wire.stream.close()
})

test('what is published behind a change is heard when the change is stored, however busy the channel is', async (t) => {
  const { server, uri, storage } = await slow(t)
  await using hearer = await Wire.open(uri)
  await hearer.ask('HELLO', '3')
  await hearer.ask('SUBSCRIBE', 'news')
  const wires = await Promise.all([0, 1, 2].map(() => Wire.open(uri)))
  const say = async (i: number) => {
    if (i === wires.length) return
    await wires[i]!.stream.write(Buffer.concat([encode(['SET', 'a', i]), encode(['PUBLISH', 'news', i])]))
    while (inStore(server, 'a') !== String(i)) await sleep(5)
  }
  await say(0)
  for (const i of wires.keys()) {
    await storage.asked()
    await say(i + 1)
    const next = hearer.next()
    t.is(await Promise.race([next, sleep(50, 'nothing')]), 'nothing')
    await storage.store()
    t.deepEqual(await next, new Push(['message', 'news', String(i)]))
  }
  for (const wire of wires) await wire.stream.close()
})

test('a pipeline is carried out as a whole, not a request for each time something is stored', async (t) => {
  const { uri, storage } = await slow(t)
  await using wire = await Wire.open(uri)
  const count = 1000
  await wire.stream.write(Buffer.concat(Array.from({ length: count }, () => encode(['SET', 'a', '1']))))
  await storage.store()
  for (let i = 0; i < count; i++) t.is(await wire.next(), 'OK')
})

test('what comes when a client may go on is committed at once, not by the next tick', async (t) => {
  const { server, uri, storage } = await slow(t, { listen: ['tcp://127.0.0.1:0'] })
  await using wire = await Wire.open(uri)
  // No tick helps.
  clearInterval((server as unknown as { timer: NodeJS.Timeout }).timer)
  const count = 20_000
  storage.storeAll()
  const written = wire.stream.write(Buffer.concat(Array.from({ length: count }, () => encode(['SET', 'a', '1']))))
  for (let i = 0; i < count; i++) if ((await wire.next()) !== 'OK') t.fail(`${i}`)
  await t.notThrowsAsync(written)
})

test('a client that sends on while it waits is not looked at again and again', async (t) => {
  const { server, uri, storage } = await slow(t)
  await using wire = await Wire.open(uri)
  await wire.send('SET', 'a', '1')
  await sleep(20)
  await wire.send('SET', 'a', '2')
  await sleep(20)
  let turns = 0
  const watched = server as unknown as { serveAll(ready: unknown): void }
  const { serveAll } = watched
  watched.serveAll = (ready) => {
    turns++
    serveAll.call(server, ready)
  }
  await sleep(200)
  t.true(turns < 10, `${turns} turns`)
  storage.storeAll()
  t.is(await wire.next(), 'OK')
  t.is(await wire.next(), 'OK')
})

test('a log that breaks: who waits is let go unanswered, the others read on', async (t) => {
  const { uri, storage, reports } = await slow(t)
  await using reader = await Wire.open(uri)
  await using writer = await Wire.open(uri)
  await writer.send('SET', 'a', '1')
  await sleep(30)
  storage.fail()
  await t.throwsAsync(writer.next())
  t.is(await heard(reader), 'nothing')
  await using other = await Wire.open(uri)
  t.regex(String(await other.ask('SET', 'a', '2')), /MISCONF/)
  t.true((await other.ask('GET', 'b')) === null)
  t.false((await other.ask('PING')) instanceof ReplyError)
  t.is(reports.length, 1)
})
