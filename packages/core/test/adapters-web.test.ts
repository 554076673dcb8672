/** Camio streams as Web Streams, Web Streams and iterables as camio streams. */
import { ReadableStream, TransformStream, WritableStream } from 'node:stream/web'
import { fromIterable, fromWeb, toReadableStream, toWeb, toWritableStream } from '@camio/core/adapters'
import { CamioError, END } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { bytes, counting, fromText, joined, settled, text, turn } from './support/init.js'
import { Mailbox } from './support/mailbox.js'
import { Scripted } from './support/scripted.js'

async function collect(readable: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readable) chunks.push(chunk)
  return chunks
}

test('toReadableStream: everything to the end, then the stream is closed', async (t) => {
  const stream = new Scripted({ pulls: [text('a'), counting(100_000), END] })
  t.deepEqual(joined(await collect(toReadableStream(stream))), joined([text('a'), counting(100_000)]))
  await turn()
  t.is(stream.destroyed, 'closed')
})

test('toReadableStream: a BYOB reader’s memory is filled, without a copy where the transport reads into it', async (t) => {
  for (const readsInto of [true, false]) {
    const stream = new Scripted({ pulls: [counting(300), END], readsInto })
    const reader = toReadableStream(stream).getReader({ mode: 'byob' })
    const got: Uint8Array[] = []
    let memory = new ArrayBuffer(128)
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(memory, 0, 100))
      if (done) break
      t.true(value.length <= 100)
      t.is(value.byteOffset, 0)
      got.push(value.slice())
      memory = value.buffer as ArrayBuffer
      t.is(memory.byteLength, 128)
    }
    t.deepEqual(joined(got), counting(300))
    t.is(stream.stats.read.copies, readsInto ? 0 : 3)
  }
})

test('toReadableStream: nothing is read before somebody asks', async (t) => {
  const stream = new Scripted({ pulls: [text('x')] })
  const readable = toReadableStream(stream)
  await turn()
  t.is(stream.pullCalls, 0)
  await readable.cancel()
  t.is(stream.destroyed, 'discarded')
})

test('toReadableStream: cancelling ends a read that waits', async (t) => {
  const stream = new Scripted()
  const reader = toReadableStream(stream).getReader()
  const reading = reader.read()
  t.false(await settled(reading))
  await reader.cancel()
  t.true((await reading).done)
  t.true(stream.closed)
})

test('toReadableStream: an error is the reader’s, and leaves nothing open', async (t) => {
  const stream = new Scripted({ pulls: [text('x'), new CamioError('ERR_CAMIO_RESET', 'gone')] })
  const reader = toReadableStream(stream).getReader()
  t.is(fromText((await reader.read()).value!), 'x')
  await t.throwsAsync(reader.read(), { code: 'ERR_CAMIO_RESET' })
  t.is(stream.destroyed, 'discarded')
})

test('toReadableStream: messages are chunks', async (t) => {
  const box = new Mailbox()
  box.arrive(text('one'), bytes(), text('three'))
  box.finish()
  t.deepEqual((await collect(toReadableStream(box))).map(fromText), ['one', '', 'three'])
  t.false(box.leaseOut)
})

test('toWritableStream: what was written arrives in order, and the end', async (t) => {
  const stream = new Scripted()
  const writer = toWritableStream(stream).getWriter()
  for (const part of ['a', 'b']) await writer.write(text(part))
  await writer.write(counting(50_000))
  await writer.close()
  t.deepEqual(stream.output, joined([text('ab'), counting(50_000)]))
  t.is(stream.endings, 1)
  t.is(stream.destroyed, 'closed')
})

test('toWritableStream: a slow transport is waited for; an abort gives up', async (t) => {
  const stream = new Scripted({
    pushes: Array<number>(100).fill(0),
    sizes: { read: 4096, write: 4096 },
    limits: { maxMessage: 4096 },
  })
  const writer = toWritableStream(stream).getWriter()
  await writer.write(new Uint8Array(4000))
  const waiting = writer.write(new Uint8Array(4000))
  waiting.catch(() => {})
  t.false(await settled(waiting))
  await writer.abort()
  t.is(stream.destroyed, 'discarded')
})

test('toWeb: each half ends for itself, and the stream is closed behind both', async (t) => {
  const stream = new Scripted({ pulls: [text('x'), END] })
  const { readable, writable } = toWeb(stream)
  t.is(fromText(joined(await collect(readable))), 'x')
  await turn()
  t.false(stream.closed)
  const writer = writable.getWriter()
  await writer.write(text('y'))
  await writer.close()
  t.is(fromText(stream.output), 'y')
  t.is(stream.destroyed, 'closed')
})

test('pipeTo and pipeThrough', async (t) => {
  const source = new Scripted({ pulls: [counting(100_000), END] })
  const sink = new Scripted()
  const upper = new TransformStream<Uint8Array, Uint8Array>()
  await toReadableStream(source).pipeThrough(upper).pipeTo(toWritableStream(sink))
  t.deepEqual(sink.output, counting(100_000))
})

// ------------------------------------------------------------------------------------------------ a Web stream

test('fromWeb: a pair is read and written', async (t) => {
  const stream = fromWeb(new TransformStream<Uint8Array, Uint8Array>())
  const reading = (async () => {
    const got: Uint8Array[] = []
    for await (const lease of stream) got.push(lease.slice())
    return joined(got)
  })()
  for (let i = 0; i < 20; i++) await stream.write(counting(1000, i))
  await stream.end()
  t.is((await reading).length, 20_000)
  await stream.close()
})

test('fromWeb: a sink that takes no more is waited for', async (t) => {
  const taken: Array<() => void> = []
  const writable = new WritableStream<Uint8Array>({ write: () => new Promise<void>((resolve) => taken.push(resolve)) })
  const stream = fromWeb(writable, { maxMessage: 4096 })
  stream.tryWrite(new Uint8Array(10))
  t.true(stream.tryFlush())
  stream.tryWrite(new Uint8Array(10))
  t.false(stream.tryFlush())
  await turn()
  const flushing = stream.flush()
  t.false(await settled(flushing))
  taken.shift()!()
  await flushing
  await stream.close({ discard: true })
})

test('fromWeb: errors of either half are the stream’s', async (t) => {
  const readable = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(new Error('read')) })
  const reader = fromWeb(readable)
  await t.throwsAsync(reader.read(), { code: 'ERR_CAMIO_SYSTEM', message: /read/ })
  const writable = new WritableStream<Uint8Array>({ start: (controller) => controller.error(new Error('write')) })
  const writer = fromWeb(writable)
  await turn()
  t.throws(() => writer.tryWrite(bytes(1)), { code: 'ERR_CAMIO_SYSTEM', message: /write/ })
  await Promise.all([reader.close(), writer.close()])
})

test('fromWeb: close cancels what was not read to its end', async (t) => {
  let cancelled = false
  const readable = new ReadableStream<Uint8Array>({
    cancel() {
      cancelled = true
    },
  })
  await fromWeb(readable).close()
  await turn()
  t.true(cancelled)
})

// ------------------------------------------------------------------------------------------------ iterables

test('fromIterable: generators and lists, of bytes and text', async (t) => {
  async function* words() {
    yield 'one '
    await turn()
    yield text('two')
  }
  for (const source of [words(), ['one ', text('two')]]) {
    const stream = fromIterable(source)
    const got: Uint8Array[] = []
    for await (const lease of stream) got.push(lease.slice())
    t.is(fromText(joined(got)), 'one two')
    await stream.close()
  }
})

test('fromIterable: it is asked for no more than fits', async (t) => {
  let given = 0
  async function* endless() {
    for (;;) {
      given++
      yield new Uint8Array(64 * 1024)
    }
  }
  const stream = fromIterable(endless())
  for (let i = 0; i < 20; i++) await turn()
  t.true(given > 0 && given < 10)
  await stream.close()
})

test('fromIterable: closing it early runs its finally; what it throws is the stream’s error', async (t) => {
  let tidied = false
  async function* careful() {
    try {
      for (;;) yield new Uint8Array(256 * 1024)
    } finally {
      tidied = true
    }
  }
  const stream = fromIterable(careful())
  await stream.read()
  await stream.close()
  await turn()
  t.true(tidied)

  async function* failing() {
    yield text('x')
    throw new Error('no more')
  }
  const broken = fromIterable(failing(), { uri: 'test:failing' })
  await broken.readable()
  await turn()
  t.is(fromText(broken.tryRead()!), 'x')
  broken.release()
  t.throws(() => broken.tryRead(), { code: 'ERR_CAMIO_SYSTEM', message: /test:failing.*no more/ })
  await broken.close()
})

test('any bytes in any pieces go through both adapters', async (t) => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.boolean(), async (given, readsInto) => {
      const inner = new Scripted({ pulls: [...given, END], readsInto })
      const outer = fromWeb(toWeb(inner))
      for (const piece of given) await outer.write(piece)
      const got: Uint8Array[] = []
      for await (const lease of outer) got.push(lease.slice())
      await outer.close()
      t.deepEqual(joined(got), joined(given))
      t.deepEqual(inner.output, joined(given))
    }),
    { numRuns: 50 },
  )
})
