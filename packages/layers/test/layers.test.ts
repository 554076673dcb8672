/** What each layer does, and how they stand one in the other. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { explain, type Listener, listen, open, Registry, registry, type Stream } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import '@camio/file'
import { layers } from '@camio/layers'
import { Bucket } from '../dist/rate/bucket.js'
import { replayed } from './capture.js'
import { folder, fresh } from './transports.js'

type Options = Readonly<Record<string, string | number>>

async function pair(
  t: ExecutionContext,
  near: Options,
  far: Options = {},
  uri: string = fresh('mem'),
): Promise<{ near: Stream; far: Stream; listener: Listener }> {
  const listener = await listen(uri, far)
  const opened = await open(listener.uri, near)
  const accepted = await listener.accept()
  t.teardown(async () => {
    await Promise.allSettled([opened, accepted].map((stream) => stream.close({ discard: true })))
    await listener.close()
  })
  return { near: opened, far: accepted, listener }
}

async function next(stream: Stream): Promise<string> {
  const text = Buffer.from((await stream.read())!).toString()
  stream.release()
  return text
}

async function rest(stream: Stream): Promise<string[]> {
  const all: string[] = []
  for await (const lease of stream) all.push(Buffer.from(lease).toString())
  return all
}

let files = 0
function freshFile(): string {
  return join(folder(), `layers-${++files}`)
}

// ------------------------------------------------------------------------------------------------ registering

test('without the package the error says what to import', async (t) => {
  const own = new Registry()
  own.register(registry.driver('mem'))
  for (const option of ['record', 'tee', 'rate', 'chaos', 'fragment'])
    await t.throwsAsync(open('mem:x', { registry: own, [option]: '1' }), {
      code: 'ERR_CAMIO_UNAVAILABLE',
      message: new RegExp(`option "${option}" in mem:x needs a layer.*import '@camio/layers'`),
    })
})

test('bad options name themselves, before anything is opened', async (t) => {
  for (const [option, text] of [
    ['rate', 'fast'],
    ['rate', '0/s'],
    ['rate', '1MiB/parsec'],
    ['rate', '1MiB/s,burst:0'],
    ['rate', '1MiB/s,bust:1'],
    ['chaos', 'everything'],
    ['chaos', 'loss:2'],
    ['chaos', 'seed:1,seed:2'],
    ['chaos', 'delay:2ms-1ms'],
    ['chaos', 'partial:0.5'],
    ['tee', 'nowhere'],
  ] as const) {
    const error = { code: 'ERR_CAMIO_BAD_OPTION', message: new RegExp(`option "${option}" in mem:none`) }
    await t.throwsAsync(open('mem:none', { [option]: text }), error, text)
  }
  for (const chaos of ['loss:0.1', 'reorder:0.1', 'truncate:0.1', 'duplicate:0.1'])
    await t.throwsAsync(open('tcp://127.0.0.1:1', { chaos }), { code: 'ERR_CAMIO_BAD_OPTION', message: /byte stream/ })
  await t.throwsAsync(open('tcp://127.0.0.1:1', { rate: '5msg/s' }), { code: 'ERR_CAMIO_BAD_OPTION' })
  // What loses is no byte stream, whatever it was.
  const lossy = open('mem:none', { chaos: 'loss:0.1', framing: 'bytes' })
  await t.throwsAsync(lossy, { code: 'ERR_CAMIO_BAD_OPTION', message: /framing=bytes/ })
})

test('a stream that is not what its driver said, and whose view is refused, leaves no layer behind', async (t) => {
  await using inner = await listen(fresh('mem'))
  const own = new Registry()
  for (const layer of layers) own.addLayer(layer)
  const { listen: _, identify: __, forecast: ___, ...mem } = registry.driver('mem')
  // Reliable, it says, and opens what is not.
  own.register({ ...mem, scheme: 'liar', id: 'liar', open: () => open(inner.uri, { chaos: 'loss:0.5' }) })
  const options = { registry: own, framing: 'bytes' as const, record: freshFile() }
  await t.throwsAsync(open('liar:x', options), { code: 'ERR_CAMIO_BAD_OPTION', message: /reliable/ })
  const recordings = Reflect.get(globalThis, Symbol.for('@camio/layers/recordings@1')) as Map<string, { uri: string }>
  t.deepEqual(
    [...recordings.values()].map(({ uri }) => uri).filter((uri) => uri.startsWith('liar:')),
    [],
  )
})

// ------------------------------------------------------------------------------------------------ explain

test('explain knows what the layers cost before anything is opened, and what is open says the same', async (t) => {
  const file = freshFile()
  for (const [options, copies] of [
    [{}, 0],
    [{ rate: '1GiB/s' }, 0],
    [{ record: file }, 1],
    [{ record: file, tee: `file:${file}-tee?frame=u32` }, 2],
    [{ chaos: 'loss:0.5' }, 0],
    [{ chaos: 'delay:1ms' }, 1],
    [{ fragment: '1KiB' }, 1],
  ] as const) {
    const uri = fresh('mem')
    const planned = await explain(uri, options)
    t.is(planned.predicted?.copies, copies, JSON.stringify(options))
    if ('tee' in options) t.false(existsSync(`${file}-tee`), 'explaining has opened something')
    const { near } = await pair(t, options, {}, uri)
    t.is((await explain(near)).predicted?.copies, copies, JSON.stringify(options))
    const { mtu: _, ...expected } = planned.source.candidates[0]!.features!
    const { mtu: __, ...actual } = near.features
    t.deepEqual(actual, expected)
    await near.close()
  }
})

test('a pipe between layers makes no more copies than predicted, and takes no short cut past them', async (t) => {
  const [from, to, capture] = [freshFile(), freshFile(), freshFile()]
  await using source = await open(`file:${from}`, { mode: 'w' })
  await source.write(new Uint8Array(300_000).fill(7))
  await source.close()
  const options = { record: capture }
  const analyzed = await explain(`file:${from}`, `file:${to}?record=${encodeURIComponent(capture)}`, { analyze: true })
  t.is(analyzed.path, 'read-into')
  t.true(analyzed.measured!.copies <= analyzed.predicted!.copies * analyzed.measured!.messages)
  t.is(readFileSync(to).length, 300_000)
  t.is(Buffer.concat(await replayed(options.record)).length, 300_000)
})

// ------------------------------------------------------------------------------------------------ rate

test('rate=: what is over it waits, in both directions, and the mean is kept', async (t) => {
  const { near, far } = await pair(t, { rate: '100KB/s,burst:1000' })
  const began = performance.now()
  let sent = 0
  while (sent < 10) {
    if (near.tryWrite(new Uint8Array(1000))) sent++
    else await near.writable()
  }
  // The first two find the bucket not empty; the others bring their own time with them.
  t.true(performance.now() - began >= 75, `${performance.now() - began} ms for 10 kB`)
  t.true(near.stats.write.backpressure > 0)
  await near.end()
  t.is((await rest(far)).length, 10)
})

test('rate=: a batch ends where the rate says so, and what was not read stays with the transport', async (t) => {
  const { near, far } = await pair(t, { rate: '1000/h,burst:1000' })
  for (let i = 0; i < 5; i++) await far.write(new Uint8Array(1000))
  t.is(
    near.readBatch(() => {}),
    1,
  )
  t.is(near.tryRead(), null)
  t.false(near.ended)
})

test('rate=: a stream that breaks says so to a writer who waits for his turn', async (t) => {
  const { near, far } = await pair(t, { rate: '1/h,burst:1' })
  t.true(near.tryWrite(new Uint8Array(100)))
  t.is(near.tryClaim(1), null)
  const waiting = near.writable()
  await far.close({ discard: true })
  await waiting
  t.throws(() => near.tryClaim(1), { code: 'ERR_CAMIO_RESET' })
})

test('a bucket: after any times and amounts no more has passed than the rate, the burst and one message allow', (t) => {
  const step = fc.record({ wait: fc.nat(50), amount: fc.integer({ min: 1, max: 500 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 20 }), (steps, perMs) => {
      let now = 0
      let passed = 0
      const bucket = new Bucket(perMs, 100, () => now)
      for (const { wait, amount } of steps) {
        now += wait
        if (!bucket.open) {
          const before = now
          // Whoever waits for whole milliseconds does not see how numbers are rounded.
          now += bucket.wait + 1e-6
          t.true(bucket.open, 'not open when it said so')
          t.true(now > before)
        }
        bucket.take(amount)
        passed += amount
        t.true(passed <= perMs * now + 100 + 500 + 1e-6)
      }
    }),
  )
})

test('rate=: messages are counted where it says so', async (t) => {
  const { near } = await pair(t, { rate: '1msg/min,burst:3' })
  t.is([1, 2, 3, 4, 5].filter(() => near.tryWrite(new Uint8Array(10_000))).length, 3)
  t.throws(() => near.tryClaim(2 ** 30 + 1), { code: 'ERR_CAMIO_TOO_LARGE' })
})

// ------------------------------------------------------------------------------------------------ tee

test('tee=: what is read and written goes to the sink, too; closing delivers it', async (t) => {
  const copy = freshFile()
  const { near, far } = await pair(t, { tee: `file:${copy}?frame=line` })
  await near.write(Buffer.from('question'))
  await next(far)
  await far.write(Buffer.from('answer'))
  t.is(await next(near), 'answer')
  await near.close()
  t.is(readFileSync(copy, 'utf8'), 'question\nanswer\n')
  t.is(near.stats.write.copies + near.stats.read.copies, 3, 'one each, and that of write()')
})

test('tee=: a sink that takes nothing stops the stream; what was accepted is in both', async (t) => {
  const sink = fresh('mem')
  await using collector = await listen(sink, { messages: 2 })
  const { near, far } = await pair(t, { tee: sink })
  await using collected = await collector.accept()
  let sent = 0
  while (near.tryWrite(Buffer.from(`${sent}`))) sent++
  // Two in the sink, one that waits for it.
  t.is(sent, 3)
  t.false(near.tryFlush())
  t.is(await next(collected), '0')
  await near.writable()
  t.true(near.tryWrite(Buffer.from('3')))
  const all = rest(collected)
  await near.close()
  t.deepEqual(await all, ['1', '2', '3'])
  t.deepEqual(await rest(far), ['0', '1', '2', '3'])
})

test('tee=: a sink that takes nothing holds a close up for linger=, and a close with discard not at all', async (t) => {
  const sink = fresh('mem')
  await using collector = await listen(sink, { messages: 1 })
  for (const discard of [true, false]) {
    const { near } = await pair(t, { tee: sink, linger: '30ms' })
    await using _ = await collector.accept()
    while (near.tryWrite(Buffer.from('more')));
    if (discard) await near.close({ discard })
    else await t.throwsAsync(near.close(), { code: 'ERR_CAMIO_TIMEOUT' })
    t.true(near.closed)
  }
})

test('tee=: a sink that breaks breaks the stream', async (t) => {
  const sink = fresh('mem')
  await using collector = await listen(sink)
  const { near } = await pair(t, { tee: sink })
  const collected = await collector.accept()
  await collected.close({ discard: true })
  t.true(near.tryWrite(Buffer.from('one')))
  t.throws(() => near.tryWrite(Buffer.from('two')), { code: 'ERR_CAMIO_RESET' })
})

test('tee=: a close that waits for the sink is cut short by discard, and one that cannot deliver says so', async (t) => {
  const sink = fresh('mem')
  await using collector = await listen(sink, { messages: 1 })
  for (const cut of [true, false]) {
    const { near, far } = await pair(t, { tee: sink, linger: cut ? '1h' : '30ms' })
    await using _ = await collector.accept()
    // It only reads, so that nothing but the sink has to be waited for.
    for (let i = 0; i < 2; i++) {
      await far.write(Buffer.from('more'))
      await next(near)
    }
    const closing = near.close()
    if (cut) {
      void near.close({ discard: true })
      await t.notThrowsAsync(closing)
    } else {
      await t.throwsAsync(closing, { code: 'ERR_CAMIO_TIMEOUT' })
    }
  }
})

test('tee=: what the streams of a listener gave a sink is with it before they and the listener are closed', async (t) => {
  const sink = fresh('mem')
  await using collector = await listen(sink, { messages: 1 })
  const server = await listen(fresh('mem'), { tee: sink })
  const collected = await collector.accept()
  await using client = await open(server.uri)
  const peer = await server.accept()
  for (let i = 0; i < 2; i++) {
    await client.write(Buffer.from(`${i}`))
    await next(peer)
  }
  const closing = peer.close()
  const all = rest(collected)
  await closing
  await server.close()
  t.deepEqual(await all, ['0', '1'])
})

test('tee=: discard gives up what a sink has not sent', async (t) => {
  const collector = await listen('tcp://127.0.0.1:0', { frame: 'u32' })
  const { near } = await pair(t, { tee: `${collector.uri}?frame=u32&linger=1h` })
  const collected = await collector.accept()
  // The peer of the sink reads nothing: sooner or later there are bytes that only the sink has.
  for (let i = 0; near.tryWrite(new Uint8Array(100_000)) && i < 15; i++);
  await near.close({ discard: true })
  t.true(near.closed)
  await collected.close({ discard: true })
  await collector.close()
})

test('tee=: a sink that broke is told at the close of a stream that only reads', async (t) => {
  const sink = fresh('mem')
  await using collector = await listen(sink)
  const { near, far } = await pair(t, { tee: sink })
  const collected = await collector.accept()
  await collected.close({ discard: true })
  await far.write(Buffer.from('one'))
  await next(near)
  await t.throwsAsync(near.close(), { code: 'ERR_CAMIO_RESET' })
})

test('tee=: what does not fit is refused before anything passes', async (t) => {
  await using server = await listen(fresh('mem'))
  const bytes = open(server.uri, { tee: `file:${freshFile()}` })
  await t.throwsAsync(bytes, { code: 'ERR_CAMIO_BAD_OPTION', message: /which has bytes/ })
  await t.throwsAsync(listen('tcp://127.0.0.1:0', { tee: `file:${freshFile()}` }), { code: 'ERR_CAMIO_BAD_OPTION' })
})

// ------------------------------------------------------------------------------------------------ chaos

async function fates(t: ExecutionContext, chaos: string): Promise<{ got: string[]; overruns: number }> {
  const { near, far } = await pair(t, {}, { chaos })
  for (let i = 0; i < 200; i++) await near.write(Buffer.from(`message ${i}`))
  await near.end()
  return { got: await rest(far), overruns: far.stats.read.overruns }
}

test('chaos=: the same seed is the same fate, another one is not; losses are counted', async (t) => {
  const chaos = 'loss:0.2,duplicate:0.1,reorder:0.1,truncate:0.1'
  const [a, b, c] = [
    await fates(t, `seed:5,${chaos}`),
    await fates(t, `seed:5,${chaos}`),
    await fates(t, `seed:6,${chaos}`),
  ]
  // Sorted: one that is put aside for others does not wait for them for ever, which a busy machine may show.
  t.deepEqual(a.got.toSorted(), b.got.toSorted())
  t.is(a.overruns, b.overruns)
  t.notDeepEqual(a.got.toSorted(), c.got.toSorted())
  const numbers = a.got.map((text) => Number(/^message (\d+)$/.exec(text)?.[1] ?? -1))
  t.true(a.overruns > 20 && a.overruns < 70)
  t.true(new Set(numbers).size < numbers.length, 'nothing came twice')
  t.notDeepEqual(
    numbers,
    numbers.toSorted((x, y) => x - y),
    'all in order',
  )
  t.true(
    a.got.some((text) => text.length < 9 && 'message 0'.startsWith(text)),
    'nothing was cut',
  )
})

test('chaos=: loss alone keeps the order and makes no copy; delay keeps everything', async (t) => {
  const { got } = await fates(t, 'seed:1,loss:0.3')
  const numbers = got.map((text) => Number(text.split(' ')[1]))
  t.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
  t.deepEqual((await fates(t, 'seed:1,delay:3ms')).got, (await fates(t, 'seed:1')).got)
})

for (const how of ['ended', 'reset'] as const) {
  const leave = (stream: Stream) => (how === 'ended' ? stream.end() : stream.close({ discard: true }))

  test(`chaos=delay: what is late is waited for, not looked for all the time, when the peer has ${how}`, async (t) => {
    const { near, far } = await pair(t, {}, { chaos: 'delay:1min-1min' })
    await near.write(Buffer.from('late'))
    t.is(far.tryRead(), null)
    await leave(near)
    // Neither stays inside for a minute, nor says that there is something.
    t.is(far.tryRead(), null)
    t.false(far.ended)
    await t.throwsAsync(far.readable({ signal: AbortSignal.timeout(10) }), { any: true, name: 'TimeoutError' })
  })

  test(`chaos=delay: what is late comes before what is behind it: the peer has ${how}`, async (t) => {
    const { near, far } = await pair(t, {}, { chaos: 'delay:20ms-20ms' })
    await near.write(Buffer.from('late'))
    // It is taken from the transport, and held back from now on.
    t.is(far.tryRead(), null)
    await leave(near)
    t.is(await next(far), 'late')
    if (how === 'ended') t.is(await far.read(), null)
    else await t.throwsAsync(far.read(), { code: 'ERR_CAMIO_RESET' })
  })
}

test('chaos=: features say what is left of the transport', async (t) => {
  const { far } = await pair(t, {}, { chaos: 'loss:0.1,reorder:0.1' })
  t.false(far.features.reliable || far.features.ordered)
  const { far: late } = await pair(t, {}, { chaos: 'delay:1ms' })
  t.true(late.features.reliable && late.features.ordered)
})

for (const [scheme, uri] of [
  ['mem', () => fresh('mem')],
  ['shm', () => fresh('shm')],
  ['tcp', () => 'tcp://127.0.0.1:0'],
  ['unix', () => `unix:${freshFile()}`],
] as const)
  test(`chaos=half-close: the end comes early, and the other direction goes on (${scheme})`, async (t) => {
    const isBytes = scheme === 'tcp' || scheme === 'unix'
    const { near, far } = await pair(t, {}, { chaos: `half-close:${isBytes ? 25 : 3}` }, uri())
    for (let i = 0; i < 6; i++) await near.write(Buffer.from(`number ${i} `))
    await near.flush()
    const got = await rest(far)
    t.is(got.join(''), 'number 0 number 1 number 2 '.slice(0, isBytes ? 25 : 27))
    t.true(far.ended)
    t.is(far.tryRead(), null)
    await far.write(Buffer.from('still here'))
    t.is(await next(near), 'still here')
    await far.close()
  })

// ------------------------------------------------------------------------------------------------ one in the other

test('the recording sees what is on the wire, the tee what the program sees', async (t) => {
  const [capture, copy] = [freshFile(), freshFile()]
  const options = {
    record: capture,
    fragment: '100',
    tee: `file:${copy}?frame=line`,
    rate: '1GiB/s',
    chaos: 'delay:1ms',
  }
  const { near, far } = await pair(t, options, { fragment: '100' })
  const message = 'x'.repeat(200)
  await near.write(Buffer.from(message))
  t.is(await next(far), message)
  await far.write(Buffer.from('back'))
  t.is(await next(near), 'back')
  await near.close()
  t.deepEqual(
    (await replayed(capture)).map(({ length }) => length),
    [100, 100, 60, 24],
  )
  t.is(readFileSync(copy, 'utf8'), `${message}\nback\n`)
})
