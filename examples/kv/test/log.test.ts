import {
  appendFileSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import type { Server, ServerOptions } from '../dist/server/server.js'
import { startServer } from '../dist/server/server.js'
import { randomFrom } from './support/random.js'
import { folder, name, ServerProcess } from './support/server.js'
import { encode, Wire } from './support/wire.js'

/** A server with a log at `path`, and what it reports. */
async function logged(
  t: ExecutionContext,
  path: string,
  options: Partial<ServerOptions> = {},
): Promise<{ server: Server; wire: Wire; reports: string[] }> {
  const reports: string[] = []
  const server = await startServer({
    listen: [`mem:${name()}`],
    store: `file:${path}`,
    fsync: 'always',
    report: (line) => reports.push(line),
    ...options,
  })
  // Where the test closed it by itself nothing is left to do.
  t.teardown(() => server.close().catch(() => {}))
  return { server, wire: await Wire.open(server.uris[0]!), reports }
}

async function stop({ server, wire }: { server: Server; wire: Wire }): Promise<void> {
  await wire.stream.close()
  await server.close()
}

/** All keys with their values. */
async function contents(wire: Wire): Promise<Map<string, string>> {
  const keys = ((await wire.ask('KEYS', '*')) as string[]).sort()
  const values = keys.length === 0 ? [] : ((await wire.ask('MGET', ...keys)) as string[])
  return new Map(keys.map((key, i) => [key, values[i]!]))
}

async function fill(wire: Wire): Promise<void> {
  for (const words of [
    ['SET', 'plain', 'value'],
    ['SET', 'binary\0\r\n', '\xff\0\r\n'],
    ['SET', 'short', 'x', 'PX', '1'],
    ['SET', 'long', 'x', 'EX', '1000'],
    ['SET', 'kept', 'x', 'PX', '500'],
    ['PERSIST', 'kept'],
    ['INCRBY', 'counter', '41'],
    ['INCR', 'counter'],
    ['APPEND', 'text', 'one'],
    ['APPEND', 'text', ' two'],
    ['SET', 'gone', 'x'],
    ['DEL', 'gone'],
    ['SET', 'old', 'renamed', 'EX', '1000'],
    ['RENAME', 'old', 'new'],
    ['SET', 'expires', 'x'],
    ['EXPIRE', 'expires', '1000'],
    ['MSET', 'a', '1', 'b', '2'],
    ['GETSET', 'a', '3'],
    ['SETNX', 'nx', 'once'],
    ['SETNX', 'nx', 'twice'],
    ['SET', 'large', 'l'.repeat(100_000)],
    ['APPEND', 'large', 'm'.repeat(50_000)],
    ['APPEND', 'large', 'end'],
  ]) {
    await wire.ask(...words)
  }
}

for (const fsync of ['always', 'everysec', 'no'] as const) {
  test(`fsync=${fsync}: what was there is there again`, async (t) => {
    const path = `${folder(t)}/kv.log`
    const first = await logged(t, path, { fsync })
    await fill(first.wire)
    await sleep(600)
    const before = await contents(first.wire)
    await stop(first)
    const second = await logged(t, path, { fsync })
    t.deepEqual(await contents(second.wire), before)
    t.is(before.get('counter'), '42')
    t.is(before.get('text'), 'one two')
    t.is(before.get('new'), 'renamed')
    t.true(before.has('kept'))
    t.false(before.has('short'))
    for (const key of ['long', 'new', 'expires']) t.true(((await second.wire.ask('TTL', key)) as number) > 900, key)
    t.is(await second.wire.ask('TTL', 'kept'), -1)
    t.is(await second.wire.ask('FLUSHDB'), 'OK')
    await stop(second)
    const third = await logged(t, path, { fsync })
    t.is(await third.wire.ask('DBSIZE'), 0)
    await stop(third)
    t.is(statSync(path).mode & 0o777, 0o600)
  })
}

test('a torn end is cut off, wherever it is torn, with a message', async (t) => {
  const path = `${folder(t)}/kv.log`
  const first = await logged(t, path)
  await first.wire.ask('SET', 'first', 'value')
  const good = statSync(path).size
  await first.wire.ask('SET', 'second', 'value')
  await stop(first)
  const whole = readFileSync(path)
  for (let cut = 1; cut < whole.length; cut++) {
    writeFileSync(path, whole.subarray(0, cut))
    const again = await logged(t, path)
    t.is(await again.wire.ask('DBSIZE'), cut < good ? 0 : 1)
    const clean = cut === good || cut === 15
    t.is(
      again.reports.some((line) => line.includes('cut off')),
      !clean,
      `${cut} bytes: ${again.reports.join('; ')}`,
    )
    // It goes on behind what is left.
    await again.wire.ask('SET', 'third', 'value')
    await stop(again)
    const after = await logged(t, path)
    t.is(await after.wire.ask('GET', 'third'), 'value')
    await stop(after)
  }
})

for (const [what, damage] of [
  ['a byte is wrong in the last group', (path: string) => flip(path, -3)],
  ['zeros follow: the system had made the file longer', (path: string) => appendFileSync(path, Buffer.alloc(5000))],
  [
    'a length that is beyond everything',
    (path: string) => appendFileSync(path, Buffer.from('ffffffff00000000aabbcc', 'hex')),
  ],
] as const) {
  test(`it is cut off, too, when ${what}`, async (t) => {
    const path = `${folder(t)}/kv.log`
    const first = await logged(t, path)
    await first.wire.ask('SET', 'first', 'value')
    await first.wire.ask('SET', 'second', 'value')
    await stop(first)
    damage(path)
    const again = await logged(t, path)
    t.is(await again.wire.ask('GET', 'first'), 'value')
    t.true(again.reports.some((line) => line.includes('cut off')))
    await stop(again)
  })
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at < 0 ? bytes.length + at : at]! ^= 0xff
  writeFileSync(path, bytes)
}

for (const [what, at] of [
  ['records', 15 + 12 + 3],
  ['a length', 15 + 2],
] as const)
  test(`damage in the middle, of ${what}, is an error, unless a repair is asked for`, (t) => damagedAt(t, at))

async function damagedAt(t: ExecutionContext, at: number): Promise<void> {
  const path = `${folder(t)}/kv.log`
  const first = await logged(t, path)
  for (const key of ['a', 'b', 'c']) await first.wire.ask('SET', key, 'value')
  await stop(first)
  flip(path, at)
  await t.throwsAsync(logged(t, path), { code: 'ERR_CAMIO_CORRUPT', message: /damaged group at byte 15.*--repair/ })
  const repaired = await logged(t, path, { repair: true })
  t.is(await repaired.wire.ask('DBSIZE'), 0)
  await stop(repaired)
}

test('a log has one server, until that is gone, however that comes', async (t) => {
  const home = folder(t)
  const [path, link] = [`${home}/kv.log`, `${home}/link.log`]
  const first = await ServerProcess.start(t, ['--listen', `unix:${home}/kv.sock`, '--store', `file:${path}`])
  symlinkSync(path, link)
  const refused = { code: 'ERR_CAMIO_ADDRESS_IN_USE', message: /kv\.log is the log of another server/ }
  for (const name of [path, link]) await t.throwsAsync(logged(t, name), refused)
  await first.stop('SIGKILL')
  const second = await logged(t, link, { compactFrom: 1 })
  do await second.wire.ask('SET', 'a', 'x')
  while (!/aof_rewrites:[1-9]/.test(String(await second.wire.ask('INFO', 'persistence'))))
  await t.throwsAsync(logged(t, path), refused)
  await stop(second)
  t.true(lstatSync(link).isSymbolicLink(), 'what it names was rewritten')
  const third = await logged(t, path)
  t.is(await third.wire.ask('GET', 'a'), 'x')
  await stop(third)
})

test('what is no log is left alone', async (t) => {
  const path = `${folder(t)}/letter.txt`
  writeFileSync(path, 'Dear reader, this is no log')
  await t.throwsAsync(logged(t, path), { code: 'ERR_CAMIO_CORRUPT', message: /is no log of camio-kv/ })
  t.is(readFileSync(path, 'utf8'), 'Dear reader, this is no log')
})

test('one fdatasync serves a whole pipeline, and all clients of a turn', async (t) => {
  const path = `${folder(t)}/kv.log`
  const { server, wire } = await logged(t, path)
  const wires = await Promise.all(Array.from({ length: 20 }, () => Wire.open(server.uris[0]!)))
  const stream = (server as unknown as { log: { file: { stream: Wire['stream'] } } }).log.file.stream
  const before = stream.stats.write.systemCalls
  const burst = Buffer.concat(Array.from({ length: 50 }, (_, i) => encode(['SET', `key ${i}`, 'value'])))
  await Promise.all(wires.map((one) => one.stream.write(burst)))
  for (const one of wires) for (let i = 0; i < 50; i++) t.is(await one.next(), 'OK')
  const calls = stream.stats.write.systemCalls - before
  t.true(calls <= 20, `${calls} system calls for 1000 writes of 20 clients`)
  for (const one of wires) await one.stream.close()
  await stop({ server, wire })
})

test('nobody is told of what is not on storage, not even who only reads; others go on', async (t) => {
  const path = `${folder(t)}/kv.log`
  const { server, wire } = await logged(t, path)
  await using reader = await Wire.open(server.uris[0]!)
  await wire.ask('SET', 'a', 'before')
  const { stream } = (server as unknown as { log: { file: { stream: Wire['stream'] } } }).log.file
  const { sync } = stream
  let store = (): void => {}
  const stored = new Promise<void>((resolve) => {
    store = resolve
  })
  stream.sync = async () => {
    await stored
    await sync.call(stream)
  }
  const told: string[] = []
  const writing = wire.ask('SET', 'a', 'after').then(() => told.push('writer'))
  await sleep(30)
  const reading = reader.ask('GET', 'a').then((value) => told.push(`reader: ${value}`))
  await sleep(100)
  t.deepEqual(told, [])
  t.is(server.store.counts.hits, 1, 'it was served, and waits')
  store()
  await Promise.all([writing, reading])
  t.deepEqual(told.sort(), ['reader: after', 'writer'])
})

async function rewrites(t: ExecutionContext, fsync: 'always' | 'everysec'): Promise<void> {
  const home = folder(t)
  const path = `${home}/kv.log`
  const one = await logged(t, path, { fsync, compactFrom: 100_000 })
  const model = new Map<string, string>()
  const random = randomFrom(7)
  const info = async (): Promise<number> =>
    Number(/aof_rewrites:(\d+)/.exec((await one.wire.ask('INFO', 'persistence')) as string)![1])
  for (let round = 0; (await info()) < 5; round++) {
    const requests: Buffer[] = []
    for (let i = 0; i < 200; i++) {
      const key = `key ${random(2000)}`
      const value = String(random(1000))
      switch (random(5)) {
        case 0:
          requests.push(encode(['DEL', key]))
          model.delete(key)
          break
        case 1:
          requests.push(encode(['APPEND', key, value]))
          model.set(key, (model.get(key) ?? '') + value)
          break
        case 2: {
          const other = `key ${random(2000)}`
          requests.push(encode(['RENAME', key, other]))
          const moved = model.get(key)
          if (moved === undefined) break
          model.delete(key)
          model.set(other, moved)
          break
        }
        default:
          requests.push(encode(['SET', key, value.repeat(20)]))
          model.set(key, value.repeat(20))
      }
    }
    await one.wire.stream.write(Buffer.concat(requests))
    for (let i = 0; i < requests.length; i++) await one.wire.next()
    if (round > 5000) t.fail('it was never rewritten')
  }
  const expected = new Map([...model].sort(([a], [b]) => (a < b ? -1 : 1)))
  t.deepEqual(await contents(one.wire), expected)
  await stop(one)
  t.deepEqual(readdirSync(home), ['kv.log', 'kv.log.lock'])
  const again = await logged(t, path)
  t.deepEqual(
    again.reports.filter((line) => line.includes('cut off')),
    [],
  )
  t.deepEqual(await contents(again.wire), expected)
  await stop(again)
}

for (const fsync of ['always', 'everysec'] as const) {
  test(`fsync=${fsync}: the log is rewritten while everything goes on`, (t) => rewrites(t, fsync))
}

test('a rewriting that was interrupted leaves nothing behind', async (t) => {
  const home = folder(t)
  const path = `${home}/kv.log`
  await stop(await logged(t, path))
  writeFileSync(`${path}.compacting`, 'half of it')
  await stop(await logged(t, path))
  t.deepEqual(readdirSync(home), ['kv.log', 'kv.log.lock'])
  truncateSync(path, 0)
  await stop(await logged(t, path))
})

test('a log that cannot be written stops changes, and nothing else', async (t) => {
  const path = `${folder(t)}/kv.log`
  const { server, wire, reports } = await logged(t, path, { fsync: 'everysec' })
  await wire.ask('SET', 'a', '1')
  const { stream } = (server as unknown as { log: { file: { stream: Wire['stream'] } } }).log.file
  await stream.close()
  await wire.ask('SET', 'a', '2')
  await sleep(20)
  t.regex(String(await wire.ask('SET', 'a', '3')), /MISCONF/)
  t.is(await wire.ask('GET', 'a'), '2')
  t.true(reports.some((line) => line.includes('nothing can be changed')))
  await wire.stream.close()
})
