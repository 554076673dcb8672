/** `pipe` through user space. */
import { type PipeError, pipe } from '@camio/core'
import { END, type Features, NOT_NOW, PENDING } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { bytes, counting, joined, settled, text, turn } from './support/init.js'
import { Mailbox } from './support/mailbox.js'
import { type PullStep, Scripted } from './support/scripted.js'

const messages = (...contents: Uint8Array[]): Mailbox => {
  // A mailbox of another region: nothing can be handed over.
  const mailbox = new Mailbox()
  Object.defineProperty(mailbox, 'region', { value: {} })
  mailbox.arrive(...contents)
  return mailbox
}

test('bytes are copied once, in order, and the sink is ended', async (t) => {
  const source = new Scripted({ pulls: [text('hello '), NOT_NOW, text('world'), END] })
  const sink = new Scripted()
  const done = pipe(source, sink)
  await turn()
  source.arrive()
  t.deepEqual(await done, {
    path: 'copy',
    bytes: 11,
    messages: 2,
    copies: 2,
    systemCalls: 0,
    ended: true,
    undelivered: null,
  })
  t.deepEqual(sink.output, text('hello world'))
  t.is(sink.endings, 1)
  t.false(source.closed)
  t.false(sink.closed)
})

test('large pieces go from the source’s memory: no copy', async (t) => {
  const content = counting(200_000)
  const sink = new Scripted()
  const result = await pipe(new Scripted({ pulls: [content, END] }), sink)
  t.deepEqual(sink.output, content)
  t.is(result.copies, 0)
})

test('a source that may fills the sink’s claim: no copy', async (t) => {
  const source = new Scripted({ pulls: [text('a'), text('b'), NOT_NOW], readsInto: true })
  const sink = new Scripted()
  const done = pipe(source, sink)
  await turn()
  source.arrive(text('c'), END)
  t.like(await done, { path: 'read-into', bytes: 3, messages: 3, copies: 0, ended: true })
  t.deepEqual(sink.output, text('abc'))
})

test('what was read ahead comes first', async (t) => {
  for (const readsInto of [true, false]) {
    const source = new Scripted({ pulls: [text('abc'), text('def'), END], readsInto })
    source.tryRead()
    source.release(1)
    const sink = new Scripted()
    const result = await pipe(source, sink)
    t.is(result.bytes, 5)
    t.deepEqual(sink.output, text('bcdef'))
  }
})

test('any pieces, any room, any path: the output is the input', async (t) => {
  const step = fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.constant(0))
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.array(fc.nat(50_000), { maxLength: 30 }),
      fc.boolean(),
      async (pieces, rooms, readsInto) => {
        const pulls = pieces.map((length, i): PullStep => (length === 0 ? NOT_NOW : counting(length, i)))
        const expected = joined(pulls.filter((pull) => pull instanceof Uint8Array))
        const source = new Scripted({ pulls: [...pulls, END], readsInto })
        const sink = new Scripted({ pushes: rooms })
        const done = pipe(source, sink)
        let over = false
        void done.then(() => {
          over = true
        })
        while (!over) {
          await turn()
          source.arrive()
          if (sink.pushes.length === 0) sink.makeRoom()
          else sink.makeRoom(...sink.pushes.slice())
        }
        const result = await done
        return result.bytes === expected.length && Buffer.compare(sink.output, expected) === 0
      },
    ),
    { numRuns: 40 },
  )
  t.pass()
})

test('several sinks get everything', async (t) => {
  const sinks = [new Scripted(), new Scripted({ pushes: [1, ...Array<number>(50).fill(0)] }), new Scripted()]
  const done = pipe(new Scripted({ pulls: [text('ab'), text('cd'), END] }), sinks)
  t.false(await settled(done))
  sinks[1]!.makeRoom()
  t.like(await done, { bytes: 4, copies: 6, ended: true })
  for (const sink of sinks) t.deepEqual(sink.output, text('abcd'))
})

test('messages keep their boundaries, empty ones too', async (t) => {
  const source = messages(bytes(1, 2), bytes(), bytes(3))
  source.finish()
  const sink = new Mailbox()
  t.like(await pipe(source, sink), { path: 'copy', bytes: 3, messages: 3, ended: true })
  t.deepEqual(sink.sent, [bytes(1, 2), bytes(), bytes(3)])
})

test('messages are read into claims where the largest is known: an empty one is one', async (t) => {
  const queue = [bytes(1, 2), bytes(), bytes(3)]
  const source = new Mailbox({ mtu: 100 })
  Object.defineProperty(source, 'region', { value: {} })
  source.readInto = (target) => {
    const next = queue.shift()
    if (next === undefined) return -1
    target.set(next)
    return next.length
  }
  const sink = new Mailbox()
  t.like(await pipe(source, sink), { path: 'read-into', bytes: 3, messages: 3, copies: 0, ended: true })
  t.deepEqual(sink.sent, [bytes(1, 2), bytes(), bytes(3)])
})

test('"not now" is no empty message', async (t) => {
  const source = new Mailbox({ mtu: 100 })
  Object.defineProperty(source, 'region', { value: {} })
  const answers = [-2, 0, -1]
  source.readInto = () => answers.shift()!
  const sink = new Mailbox()
  const done = pipe(source, sink)
  await turn()
  t.is(sink.sent.length, 0)
  source.arrive(bytes())
  t.like(await done, { messages: 1, bytes: 0 })
})

test('one memory: messages change hands, nothing is copied', async (t) => {
  const source = new Mailbox()
  const sink = new Mailbox()
  const first = bytes(1, 2)
  source.arrive(first, bytes(3))
  sink.room = 1
  const done = pipe(source, sink)
  t.false(await settled(done))
  sink.makeRoom(5)
  source.finish()
  t.like(await done, { path: 'hand-over', bytes: 3, messages: 2, copies: 0, ended: true })
  t.is(sink.sent[0], first)
})

test('bytes and messages do not mix unless somebody says how', async (t) => {
  const cases: Array<readonly [Partial<Features>, RegExp]> = [[{}, /declare framing= and frame=.*/]]
  for (const [, message] of cases) {
    await t.throwsAsync(pipe(new Scripted(), new Mailbox()), { code: 'ERR_CAMIO_BAD_OPTION', message })
    await t.throwsAsync(pipe(new Mailbox(), [new Mailbox(), new Scripted()]), { code: 'ERR_CAMIO_BAD_OPTION', message })
  }
  await t.throwsAsync(pipe(new Scripted(), []), { code: 'ERR_CAMIO_MISUSE', message: /test:double/ })
})

test('end: false leaves the sink open; close: true closes both', async (t) => {
  const open = new Scripted()
  await pipe(new Scripted({ pulls: [bytes(1), END] }), open, { end: false })
  t.is(open.endings, 0)
  t.deepEqual(open.output, bytes(1))
  const source = new Scripted({ pulls: [bytes(1), END] })
  const sink = new Scripted()
  await pipe(source, sink, { close: true })
  t.true(source.closed)
  t.true(sink.closed)
})

test('progress never goes back, and ends at the sum', async (t) => {
  const seen: number[] = []
  const source = new Scripted({ pulls: [counting(10), counting(20), counting(40_000), END] })
  await pipe(source, new Scripted(), { onProgress: (sum) => seen.push(sum) })
  t.deepEqual(seen, [10, 30, 40_030])
})

test('an error of the source says how far it came; what came before arrives', async (t) => {
  for (const readsInto of [true, false]) {
    const sink = new Scripted()
    const source = new Scripted({ pulls: [bytes(1, 2), new Error('gone')], readsInto })
    const error = (await t.throwsAsync(pipe(source, sink))) as PipeError
    t.like(error.result, { bytes: 2, messages: 1, ended: false })
    t.is(error.code, 'ERR_CAMIO_SYSTEM')
    t.is(error.uri, 'test:double')
    await sink.flush()
    t.deepEqual(sink.output, bytes(1, 2))
    t.is(sink.endings, 0)
    t.true(sink.tryWrite(bytes(3)))
  }
})

test('an error of the sink: what it did not take stays with a byte source', async (t) => {
  const source = new Scripted({ pulls: [counting(100_000), END] })
  const sink = new Scripted({ pushes: [60_000, new Error('disk full')] })
  const error = (await t.throwsAsync(pipe(source, sink))) as PipeError
  t.is(error.result.bytes, 60_000)
  t.is(error.result.undelivered, null)
  const other = new Scripted()
  await pipe(source, other)
  t.deepEqual(joined([sink.output, other.output]), counting(100_000))
})

test('an error of the sink: a message that it did not take is in the result', async (t) => {
  for (const source of [messages(bytes(1), bytes(2, 3)), new Mailbox()]) {
    if (source.incoming.length === 0) source.arrive(bytes(1), bytes(2, 3))
    const sink = new Mailbox()
    sink.room = 1
    const done = pipe(source, sink)
    await turn()
    sink.break()
    const error = (await t.throwsAsync(done)) as PipeError
    t.like(error.result, { bytes: 1, messages: 1 })
    t.deepEqual(error.result.undelivered, bytes(2, 3))
    source.arrive(bytes(4))
    t.deepEqual(source.tryRead(), bytes(4))
  }
})

test('an abort while waiting for the source: nothing is lost, both go on', async (t) => {
  for (const readsInto of [true, false]) {
    const controller = new AbortController()
    const source = new Scripted({ pulls: [bytes(1)], readsInto })
    const sink = new Scripted()
    const done = pipe(source, sink, { signal: controller.signal })
    t.false(await settled(done))
    controller.abort()
    t.like(await done, { bytes: 1, ended: false })
    t.is(sink.endings, 0)
    source.arrive(bytes(2), END)
    t.like(await pipe(source, sink), { bytes: 1, ended: true })
    t.deepEqual(sink.output, bytes(1, 2))
  }
})

test('an abort while waiting for the sink: the source keeps what did not go', async (t) => {
  for (const readsInto of [true, false]) {
    const content = counting(900_000)
    const controller = new AbortController()
    const source = new Scripted({ pulls: [content, END], readsInto })
    const sink = new Scripted({ pushes: [100_000, ...Array<number>(50).fill(0)] })
    const done = pipe(source, sink, { signal: controller.signal })
    t.false(await settled(done))
    controller.abort()
    const { bytes: first, ended } = await done
    t.false(ended)
    sink.makeRoom()
    const second = await pipe(source, sink)
    t.is(first + second.bytes, content.length)
    t.deepEqual(sink.output, content)
  }
})

test('an abort before the start moves nothing', async (t) => {
  const source = new Scripted({ pulls: [bytes(1)] })
  t.like(await pipe(source, new Scripted(), { signal: AbortSignal.abort() }), { bytes: 0, ended: false })
  t.is(source.pullCalls, 0)
})

test('an abort with a message under way delivers it first', async (t) => {
  const source = messages(bytes(1), bytes(2))
  const sink = new Mailbox()
  sink.room = 0
  const controller = new AbortController()
  const done = pipe(source, sink, { signal: controller.signal })
  await turn()
  controller.abort()
  t.false(await settled(done))
  sink.makeRoom(10)
  t.like(await done, { messages: 1, ended: false })
  t.deepEqual(sink.sent, [bytes(1)])
  t.deepEqual(source.tryRead(), bytes(2))
})

test('two ends that are always ready leave the event loop its turns', async (t) => {
  const endless = new Scripted({ readsInto: true })
  const { pulls } = endless
  pulls.shift = () => counting(4096)
  const controller = new AbortController()
  setImmediate(() => controller.abort())
  for (const source of [endless]) {
    const result = await pipe(source, new Scripted(), { signal: controller.signal })
    t.false(result.ended)
    t.true(result.bytes > 0)
  }
})

test('a pending pull never fills memory that is not the stream’s', async (t) => {
  const source = new Scripted({ pulls: [PENDING, END] })
  const sink = new Scripted()
  const done = pipe(source, sink)
  await turn()
  source.fill(text('late'))
  t.like(await done, { bytes: 4, ended: true })
  t.deepEqual(sink.output, text('late'))
})

test('what onProgress throws passes through', async (t) => {
  const oops = new Error('oops')
  const source = new Scripted({ pulls: [bytes(1), END] })
  const thrown = await t.throwsAsync(
    pipe(source, new Scripted(), {
      onProgress: () => {
        throw oops
      },
    }),
  )
  t.is(thrown, oops)
})
