/** Camio streams as Node's, and Node's as camio streams. */
import { once } from 'node:events'
import { Duplex, PassThrough, Readable, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { fromNode, toDuplex, toReadable, toWritable } from '@camio/core/adapters'
import { CamioError, END, PENDING } from '@camio/core/spi'
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

// ------------------------------------------------------------------------------------------------ a camio stream, read

test('toReadable: everything to the end, then the stream is closed', async (t) => {
  const stream = new Scripted({ pulls: [text('a'), text('bc'), END] })
  const readable = toReadable(stream)
  t.is(fromText(joined(await collect(readable))), 'abc')
  t.true(stream.closed)
  t.is(stream.destroyed, 'closed')
  t.is(readable.stream, stream)
})

test('toReadable: chunks may be kept: they are nobody’s memory but theirs', async (t) => {
  const pieces = Array.from({ length: 100 }, (_, i) => counting(3000, i))
  for (const readsInto of [true, false]) {
    const stream = new Scripted({ pulls: [...pieces, END], readsInto })
    const chunks = await collect(toReadable(stream))
    t.deepEqual(joined(chunks), joined(pieces))
    t.true(readsInto ? stream.stats.read.copies === 0 : stream.stats.read.copies > 0)
  }
})

test('toReadable: who does not read stops the source', async (t) => {
  const stream = new Scripted({ pulls: Array.from({ length: 100 }, () => counting(30_000)) })
  const readable = toReadable(stream, { highWaterMark: 1000 })
  readable.once('readable', () => {})
  await turn()
  await turn()
  t.true(stream.pullCalls <= 2)
  t.is(readable.read().length > 0, true)
  readable.destroy()
  await once(readable, 'close')
})

test('toReadable: it waits without asking again and again, and is woken', async (t) => {
  const stream = new Scripted()
  const readable = toReadable(stream)
  const reading = collect(readable)
  await turn()
  const { pullCalls } = stream
  await turn()
  t.is(stream.pullCalls, pullCalls)
  stream.arrive(text('late'), END)
  t.is(fromText(joined(await reading)), 'late')
})

test('toReadable: a source that always has more leaves turns to others', async (t) => {
  const stream = new Scripted({ pulls: Array.from({ length: 5000 }, () => bytes(1)) })
  const readable = toReadable(stream)
  let seen = 0
  readable.on('data', () => seen++)
  await turn()
  await turn()
  t.true(seen > 0 && seen < 5000)
  readable.destroy()
})

test('toReadable: an error comes behind the data, and resets the stream', async (t) => {
  const stream = new Scripted({ pulls: [text('first'), new CamioError('ERR_CAMIO_RESET', 'gone')] })
  const chunks: string[] = []
  const readable = toReadable(stream).on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  await t.throwsAsync(finished(readable), { code: 'ERR_CAMIO_RESET' })
  t.deepEqual(chunks, ['first'])
  t.is(stream.destroyed, 'discarded')
})

test('toReadable: a stream that is closed under it is an error', async (t) => {
  const stream = new Scripted()
  const readable = toReadable(stream).resume()
  await turn()
  await stream.close()
  await t.throwsAsync(finished(readable), { code: 'ERR_CAMIO_CLOSED' })
})

test('a listener’s exception is the program’s, not the stream’s', async (t) => {
  const stream = new Scripted()
  const readable = toReadable(stream)
  readable.on('data', () => {
    throw new Error('of the listener')
  })
  await turn()
  t.throws(() => stream.arrive(text('x')), { message: 'of the listener' })
  t.false(readable.destroyed)
  readable.destroy()
})

// ------------------------------------------------------------------------------------------------ a camio stream, written

test('toWritable: what was written arrives in order, and the end', async (t) => {
  const stream = new Scripted()
  const writable = toWritable(stream)
  for (const part of ['a', 'b', 'c']) writable.write(part)
  writable.write(counting(100_000))
  writable.end('e')
  await finished(writable)
  t.deepEqual(stream.output, joined([text('abc'), counting(100_000), text('e')]))
  t.is(stream.endings, 1)
  t.is(stream.destroyed, 'closed')
})

test('toWritable: a slow transport stops the writer, and nothing queues without limit', async (t) => {
  const stream = new Scripted({ pushes: Array<number>(1000).fill(0), sizes: { read: 4096, write: 4096 } })
  const writable = toWritable(stream, { highWaterMark: 10_000 })
  let written = 0
  while (writable.write(new Uint8Array(1000))) written++
  t.true(written < 15)
  const drained = once(writable, 'drain')
  t.false(await settled(drained))
  stream.makeRoom()
  await drained
  writable.end()
  await finished(writable)
  t.is(stream.output.length, (written + 1) * 1000)
})

test('toWritable: a large chunk is sent from where it lies, and its callback waits for that', async (t) => {
  const stream = new Scripted({ pushes: [PENDING] })
  const writable = toWritable(stream)
  let done = false
  writable.write(counting(50_000), () => {
    done = true
  })
  await turn()
  t.false(done)
  stream.settlePush(50_000)
  await turn()
  await turn()
  t.true(done)
  t.is(stream.stats.write.copies, 0)
  writable.destroy()
})

test('toWritable: an error of the transport is the writable’s', async (t) => {
  const stream = new Scripted({ pushes: [new CamioError('ERR_CAMIO_RESET', 'gone')] })
  const writable = toWritable(stream)
  writable.write('x')
  writable.end()
  await t.throwsAsync(finished(writable), { code: 'ERR_CAMIO_RESET' })
  await turn()
  t.not(stream.destroyed, 'no')
})

test('toWritable: what is no bytes is an error with a code', async (t) => {
  const writable = toWritable(new Mailbox())
  writable.write(7)
  await t.throwsAsync(finished(writable), { code: 'ERR_CAMIO_MISUSE', message: /takes no 7/ })
})

// ------------------------------------------------------------------------------------------------ both ways

test('toDuplex: each direction ends for itself', async (t) => {
  const stream = new Scripted({ pulls: [END] })
  const duplex = toDuplex(stream)
  t.deepEqual(await collect(duplex.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>), [])
  t.is(stream.destroyed, 'no')
  t.true(duplex.write('still'))
  duplex.end()
  await once(duplex, 'close')
  t.is(fromText(stream.output), 'still')
  t.is(stream.destroyed, 'closed')
})

test('toDuplex: allowHalfOpen=false ends with the other side', async (t) => {
  const stream = new Scripted({ pulls: [END] })
  const duplex = toDuplex(stream, { allowHalfOpen: false })
  duplex.resume()
  await once(duplex, 'close')
  t.is(stream.endings, 1)
})

test('toDuplex: destroyed for an error it resets the stream; without one what was committed is delivered', async (t) => {
  for (const reason of [new Error('enough'), undefined]) {
    const stream = new Scripted()
    const duplex = toDuplex(stream)
    duplex.write('x')
    duplex.on('error', () => {})
    const closed = new Promise((resolve) => duplex.on('close', resolve))
    duplex.destroy(reason)
    await closed
    t.is(stream.destroyed, reason ? 'discarded' : 'closed')
    t.is(fromText(stream.output), reason ? '' : 'x')
  }
})

test('toDuplex: an abort destroys it', async (t) => {
  const stop = new AbortController()
  const stream = new Scripted()
  const duplex = toDuplex(stream, { signal: stop.signal })
  stop.abort()
  await t.throwsAsync(finished(duplex), { name: 'AbortError' })
  await turn()
  t.is(stream.destroyed, 'discarded')
})

test('toDuplex: a direction that the stream has not is not there', (t) => {
  const duplex = toDuplex(new Scripted({ features: { readable: false } }))
  t.false(duplex.readable)
  t.true(duplex.writable)
  duplex.destroy()
})

test('toDuplex: messages are chunks, one each, empty ones too', async (t) => {
  const box = new Mailbox()
  const duplex = toDuplex(box)
  t.true(duplex.readableObjectMode)
  box.arrive(text('one'), bytes(), text('three'))
  box.finish()
  duplex.write('a')
  duplex.write(bytes())
  duplex.end(text('b'))
  const got = await collect(duplex as AsyncIterable<Uint8Array>)
  t.deepEqual(got.map(fromText), ['one', '', 'three'])
  t.deepEqual(box.sent.map(fromText), ['a', '', 'b'])
  t.is(box.stats.read.copies, 2)
})

test('pipeline: there and back', async (t) => {
  const source = new Scripted({ pulls: [counting(200_000), END] })
  const sink = new Scripted()
  await pipeline(toReadable(source), new PassThrough(), toWritable(sink))
  t.deepEqual(sink.output, counting(200_000))
  t.is(source.destroyed, 'closed')
  t.is(sink.destroyed, 'closed')
})

test('pipeline: what fails in the middle resets both ends', async (t) => {
  const source = new Scripted({ pulls: [text('x')] })
  const sink = new Scripted()
  const broken = pipeline(
    toReadable(source),
    // biome-ignore lint/correctness/useYield: it fails before
    async function* () {
      throw new Error('in the middle')
    },
    toWritable(sink),
  )
  await t.throwsAsync(broken, { message: 'in the middle' })
  await turn()
  t.is(sink.destroyed, 'discarded')
})

// ------------------------------------------------------------------------------------------------ a Node stream

test('fromNode: a Readable’s chunks are lent where they lie', async (t) => {
  const chunk = Buffer.from('abc')
  const stream = fromNode(Readable.from([chunk], { objectMode: false }))
  const lease = await stream.read()
  t.is(lease!.buffer, chunk.buffer)
  stream.release()
  t.is(await stream.read(), null)
  t.true(stream.ended)
  t.is(stream.stats.read.copies, 0)
  t.false(stream.features.writable)
  await stream.close()
})

test('fromNode: a reader that does not read pauses the source', async (t) => {
  let given = 0
  const node = new Readable({
    read() {
      given += 16_384
      this.push(new Uint8Array(16_384))
    },
  })
  const stream = fromNode(node)
  for (let i = 0; i < 50; i++) await turn()
  t.true(given < 600_000)
  const before = given
  for (let i = 0; i < 20; i++) {
    t.not(await stream.read(), null)
    stream.release()
  }
  for (let i = 0; i < 50; i++) await turn()
  t.true(given > before)
  await stream.close()
  t.true(node.destroyed)
})

test('fromNode: a Writable gets memory of its own', async (t) => {
  const kept: Uint8Array[] = []
  const node = new Writable({
    write(chunk, _encoding, callback) {
      kept.push(chunk)
      callback()
    },
  })
  const stream = fromNode(node)
  for (const word of ['one', 'two']) {
    await stream.write(text(word))
    await stream.flush()
  }
  await stream.end()
  t.deepEqual(kept.map(fromText), ['one', 'two'])
  t.is(stream.stats.write.copies, 4)
  t.false(stream.features.readable)
})

test('fromNode: a Writable that takes no more is waited for', async (t) => {
  let goOn = () => {}
  const node = new Writable({
    highWaterMark: 1000,
    write(_chunk, _encoding, callback) {
      goOn = callback
    },
  })
  const stream = fromNode(node)
  t.true(stream.tryWrite(new Uint8Array(1000)))
  t.true(stream.tryFlush())
  let taken = 0
  while (stream.tryWrite(new Uint8Array(1000))) taken++
  t.true(taken > 0 && taken < 1000)
  const waiting = stream.writable()
  t.false(await settled(waiting))
  goOn()
  await waiting
  t.true(stream.tryWrite(new Uint8Array(1000)))
  await stream.close({ discard: true })
})

test('fromNode: its error is the stream’s, behind what came before', async (t) => {
  const node = new PassThrough()
  const stream = fromNode(node, { uri: 'test:node' })
  node.write('x')
  await stream.readable()
  node.destroy(Object.assign(new Error('broken'), { code: 'ECONNRESET' }))
  await turn()
  t.is(fromText(stream.tryRead()!), 'x')
  stream.release()
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_RESET', message: /test:node.*broken/ })
  t.throws(() => stream.tryClaim(1), { code: 'ERR_CAMIO_RESET' })
  await stream.close()
})

test('fromNode: destroyed without an end is a lost peer', async (t) => {
  const node = new PassThrough()
  const stream = fromNode(node)
  node.destroy()
  await t.throwsAsync(stream.read(), { code: 'ERR_CAMIO_PEER_LOST' })
  await stream.close()
})

test('fromNode: close() tells the end and waits for it; linger limits that', async (t) => {
  const written: Uint8Array[] = []
  const node = new Duplex({
    read() {},
    write(chunk, _encoding, callback) {
      written.push(chunk)
      callback()
    },
  })
  const stream = fromNode(node)
  stream.tryWrite(text('last words'))
  await stream.close()
  t.is(fromText(joined(written)), 'last words')
  t.true(node.writableFinished)
  t.true(node.destroyed)

  const stuck = new Duplex({ read() {}, write() {} })
  const other = fromNode(stuck, { lingerMs: 20 })
  other.tryWrite(text('never'))
  await other.close()
  t.true(stuck.destroyed)
})

test('fromNode: object mode is refused', (t) => {
  t.throws(() => fromNode(new PassThrough({ objectMode: true })), { code: 'ERR_CAMIO_MISUSE' })
})

test('any bytes in any pieces go through both adapters', async (t) => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.boolean(), async (given, readsInto) => {
      const inner = new Scripted({ pulls: [...given, END], readsInto })
      const outer = fromNode(toDuplex(inner))
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

test('toDuplex: what a listener wrote leaves when it returns, together, and not at the end of the turn', async (t) => {
  const stream = new Scripted()
  const node = toDuplex(stream)
  node.write('one')
  node.write('two')
  t.is(stream.sent.length, 0)
  await new Promise<void>((resolve) => process.nextTick(resolve))
  t.deepEqual(stream.sent.map(fromText), ['onetwo'])
  node.destroy()
})
