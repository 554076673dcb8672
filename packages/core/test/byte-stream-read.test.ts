/** Reading a byte stream over a scripted transport. */
import { CamioError, END, NOT_NOW, PENDING, ReadInto } from '@camio/core/spi'
import test from 'ava'
import { bytes, counting, settled } from './support/init.js'
import { Scripted } from './support/scripted.js'

const broken = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104, syscall: 'read' })

test('not now, then a lease, then not now', (t) => {
  const stream = new Scripted({ pulls: [NOT_NOW, bytes(1, 2)] })
  t.is(stream.tryRead(), null)
  t.false(stream.ended)
  t.deepEqual(stream.tryRead(), bytes(1, 2))
  t.true(stream.release())
  t.is(stream.tryRead(), null)
})

test('the end: null with `ended`, again and again', (t) => {
  const stream = new Scripted({ pulls: [bytes(1), END] })
  stream.tryRead()
  stream.release()
  t.false(stream.ended)
  for (let i = 0; i < 3; i++) {
    t.is(stream.tryRead(), null)
    t.true(stream.ended)
  }
})

test('an error comes after what was received, and again on every later call', (t) => {
  const stream = new Scripted({ pulls: [bytes(1), broken()] })
  t.deepEqual(stream.tryRead(), bytes(1))
  stream.release()
  for (let i = 0; i < 3; i++) {
    t.throws(() => stream.tryRead(), {
      instanceOf: CamioError,
      code: 'ERR_CAMIO_RESET',
      message: /cannot read test:double/,
    })
    t.throws(() => stream.readBatch(() => {}), { code: 'ERR_CAMIO_RESET' })
    t.throws(() => stream.readInto(bytes(0)), { code: 'ERR_CAMIO_RESET' })
  }
  t.false(stream.ended)
  t.is(stream.pullCalls, 2)
  t.like(stream.error!, { uri: 'test:double', errno: 104, syscall: 'read' })
  t.is((stream.error!.cause as Error).message, 'read ECONNRESET')
})

test('when only writing failed, what the other side sent before is still read', (t) => {
  const stream = new Scripted({ pulls: [bytes(1), bytes(2)], pushes: [new Error('EPIPE')] })
  stream.tryWrite(bytes(9))
  t.throws(() => stream.tryFlush(), { code: 'ERR_CAMIO_SYSTEM' })
  t.deepEqual(stream.tryRead(), bytes(1))
  stream.release()
  t.deepEqual(stream.tryRead(), bytes(2))
  stream.release()
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_SYSTEM' })
})

test('a rest is offered again only with something new, contiguous with it', (t) => {
  const stream = new Scripted({ pulls: [bytes(1, 2, 3), NOT_NOW, bytes(4)] })
  stream.tryRead()
  stream.release(1)
  t.is(stream.tryRead(), null)
  t.deepEqual(stream.tryRead(), bytes(2, 3, 4))
  stream.release(0)
  t.is(stream.tryRead(), null)
})

test('the rest is offered once more at the end', (t) => {
  const stream = new Scripted({ pulls: [bytes(1, 2), END] })
  stream.tryRead()
  stream.release(1)
  t.deepEqual(stream.tryRead(), bytes(2))
  t.false(stream.ended)
  stream.release()
  t.is(stream.tryRead(), null)
  t.true(stream.ended)
})

test('what was examined does not make it ready; more does, and so does the end', (t) => {
  const stream = new Scripted({ pulls: [bytes(1, 2), NOT_NOW, NOT_NOW, bytes(3), NOT_NOW, END] })
  stream.tryRead()
  stream.release(0)
  t.false(stream.ready(1))
  t.false(stream.ready(1))
  t.true(stream.ready(1))
  t.deepEqual(stream.tryRead(), bytes(1, 2, 3))
  stream.release(0)
  t.false(stream.ready(1))
  t.true(stream.ready(1))
})

test('looking is idempotent: ready() loses nothing and asks no more than it must', (t) => {
  const stream = new Scripted({ pulls: [bytes(1)] })
  for (let i = 0; i < 5; i++) t.true(stream.ready(1))
  t.is(stream.pullCalls, 1)
  t.deepEqual(stream.tryRead(), bytes(1))
})

test('the lease grows to max-lease exactly, then ERR_CAMIO_TOO_LARGE; consuming helps', (t) => {
  const stream = new Scripted({
    pulls: [counting(10_000)],
    limits: { maxLease: 5000 },
    sizes: { read: 4096, write: 4096 },
  })
  let length = 0
  for (let lease = stream.tryRead(); lease !== null && lease.length < 5000; lease = stream.tryRead()) {
    t.true(lease.length > length)
    length = lease.length
    stream.release(0)
  }
  stream.release(0)
  for (let i = 0; i < 2; i++)
    t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE', message: /test:double.*max-lease/ })
  t.is(stream.error, null)
})

test('a reader of a full window that consumes goes on where it was', (t) => {
  const all = counting(20_000)
  const stream = new Scripted({ pulls: [all], limits: { maxLease: 4096 }, sizes: { read: 4096, write: 4096 } })
  const got: number[] = []
  for (let lease = stream.tryRead(); lease !== null; lease = stream.tryRead()) {
    const count = Math.max(1, lease.length - 7)
    got.push(...lease.subarray(0, count))
    stream.release(count)
  }
  t.true(got.length > 19_990)
  t.deepEqual(Uint8Array.from(got), all.subarray(0, got.length))
})

test('one lease at a time, and only what was lent can be released', (t) => {
  const stream = new Scripted({ pulls: [bytes(1, 2)] })
  t.throws(() => stream.release(), { code: 'ERR_CAMIO_MISUSE', message: /test:double has no lease/ })
  stream.tryRead()
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_MISUSE', message: /test:double has a lease out/ })
  t.throws(() => stream.readBatch(() => {}), { code: 'ERR_CAMIO_MISUSE' })
  t.throws(() => stream.readInto(bytes(0)), { code: 'ERR_CAMIO_MISUSE' })
  for (const wrong of [-1, 3, 1.5, Number.NaN, Infinity])
    t.throws(() => stream.release(wrong), { code: 'ERR_CAMIO_MISUSE', message: /lent 2 bytes/ })
  t.true(stream.release(2))
  t.throws(() => stream.release(), { code: 'ERR_CAMIO_MISUSE' })
})

test('while a lease is out nobody is told to read; its release tells', async (t) => {
  const stream = new Scripted({ pulls: [bytes(1, 2)] })
  stream.tryRead()
  const waiting = stream.readable()
  stream.arrive(bytes(3))
  // A driver may wake for nothing; the watch itself must not make a loop.
  const again = stream.readable()
  t.false(await settled(again))
  stream.release(0)
  await waiting
  await again
  t.deepEqual(stream.tryRead(), bytes(1, 2, 3))
})

test('a stream that was not opened for reading says so instead of waiting', async (t) => {
  const stream = new Scripted({ features: { readable: false }, pulls: [bytes(1)] })
  await stream.readable()
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_NOT_READABLE', message: /test:double/ })
  t.is(stream.pullCalls, 0)
})

test('a pending pull: not now until it is filled, and asked once', async (t) => {
  const stream = new Scripted({ pulls: [PENDING] })
  t.is(stream.tryRead(), null)
  t.is(stream.tryRead(), null)
  t.is(stream.pullCalls, 1)
  const waiting = stream.read()
  t.false(await settled(waiting))
  t.is(stream.armedPull, 0)
  stream.fill(bytes(5, 6))
  t.deepEqual(await waiting, bytes(5, 6))
})

test('a pending pull that ends, and one that fails', async (t) => {
  const ending = new Scripted({ pulls: [PENDING] })
  const read = ending.read()
  ending.fillEnd()
  t.is(await read, null)
  t.true(ending.ended)

  const failing = new Scripted({ pulls: [PENDING] })
  const failed = failing.read()
  failing.fail(new CamioError('ERR_CAMIO_RESET', 'test:double is gone', { uri: 'test:double' }))
  failing.fill(bytes())
  await t.throwsAsync(failed, { code: 'ERR_CAMIO_RESET' })
})

test('read() waits, and an abort leaves the stream as it was', async (t) => {
  const stream = new Scripted()
  const controller = new AbortController()
  const waiting = stream.read({ signal: controller.signal })
  t.false(await settled(waiting))
  t.is(stream.armedPull, 1)
  const reason = new Error('enough')
  controller.abort(reason)
  t.is(await t.throwsAsync(waiting), reason)
  t.is(stream.armedPull, 0)
  stream.arrive(bytes(1))
  t.deepEqual(await stream.read(), bytes(1))
})

test('an abort before the call rejects without a look', async (t) => {
  const stream = new Scripted({ pulls: [NOT_NOW] })
  const reason = new Error('too late')
  t.is(await t.throwsAsync(stream.readable({ signal: AbortSignal.abort(reason) })), reason)
  t.is(stream.pullCalls, 0)
})

test('readable() allocates no promise when it holds already', (t) => {
  const stream = new Scripted({ pulls: [bytes(1)] })
  t.is(stream.readable(), stream.readable())
})

test('for await: a lease a turn, released when the loop goes round or is left', async (t) => {
  const stream = new Scripted({ pulls: [bytes(1), bytes(2), bytes(3), END] })
  const got: number[] = []
  for await (const lease of stream) {
    got.push(lease[0]!)
    if (got.length === 2) break
  }
  t.deepEqual(got, [1, 2])
  t.deepEqual(stream.tryRead(), bytes(3))
})

test('readBatch: all at hand as one piece; what is not copied counts no copy', (t) => {
  const stream = new Scripted({ pulls: [counting(100)] })
  const pieces: Array<[number, number]> = []
  t.is(
    stream.readBatch((_memory, offset, length) => {
      pieces.push([offset, length])
    }),
    1,
  )
  t.deepEqual(pieces, [[0, 100]])
  t.is(
    stream.readBatch(() => {}),
    0,
  )
  t.is(stream.stats.read.copies, 0)
  t.is(stream.stats.read.bytes, 100)
  t.is(stream.stats.read.messages, 1)
})

test('readBatch: a handler that throws has consumed its piece', (t) => {
  const stream = new Scripted({ pulls: [bytes(1), bytes(2)] })
  const oops = new Error('oops')
  t.is(
    t.throws(() =>
      stream.readBatch(() => {
        throw oops
      }),
    ),
    oops,
  )
  t.deepEqual(stream.tryRead(), bytes(2))
})

test('readBatch: a handler may release a part itself, or discard the stream', (t) => {
  const stream = new Scripted({ pulls: [bytes(1, 2), bytes(3)] })
  stream.readBatch(() => {
    stream.release(1)
  })
  t.deepEqual(stream.tryRead(), bytes(2, 3))

  const closing = new Scripted({ pulls: [bytes(1)] })
  t.is(
    closing.readBatch(() => {
      void closing.close({ discard: true })
    }),
    1,
  )
  t.true(closing.closed)
})

test('readInto: into the target where that is no dearer, through the window otherwise', (t) => {
  for (const readsInto of [true, false]) {
    const stream = new Scripted({ pulls: [bytes(1, 2, 3), NOT_NOW, END], readsInto })
    const target = new Uint8Array(2)
    t.is(stream.readInto(target), 2)
    t.deepEqual(target, bytes(1, 2))
    t.is(stream.readInto(target), 1)
    t.is(target[0], 3)
    t.is(stream.readInto(target), ReadInto.NOT_NOW)
    t.is(stream.readInto(target), ReadInto.END)
    t.true(stream.ended)
    t.is(stream.stats.read.bytes, 3)
    t.is(stream.stats.read.copies, readsInto ? 0 : 2)
  }
})

test('readInto hands on what was read ahead, also by a pending pull', (t) => {
  const stream = new Scripted({ pulls: [PENDING] })
  const target = new Uint8Array(8)
  t.is(stream.readInto(target), ReadInto.NOT_NOW)
  t.is(stream.readInto(target), ReadInto.NOT_NOW)
  stream.fill(bytes(1, 2))
  t.is(stream.readInto(target), 2)
  t.deepEqual(target.subarray(0, 2), bytes(1, 2))
})

test('after close every call says so', async (t) => {
  const stream = new Scripted({ pulls: [bytes(1)] })
  stream.tryRead()
  await stream.close()
  t.true(stream.release())
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_CLOSED', message: /test:double is closed/ })
  t.throws(() => stream.readBatch(() => {}), { code: 'ERR_CAMIO_CLOSED' })
  await t.throwsAsync(stream.read(), { code: 'ERR_CAMIO_CLOSED' })
  await t.throwsAsync(stream.readable(), { code: 'ERR_CAMIO_CLOSED' })
})

test('there is no storage to sync with', async (t) => {
  const stream = new Scripted()
  await t.throwsAsync(stream.sync(), { code: 'ERR_CAMIO_UNSUPPORTED', message: /has no storage/ })
})

test('position and seek are not there', (t) => {
  const stream = new Scripted()
  t.throws(() => stream.position, { code: 'ERR_CAMIO_UNSUPPORTED' })
  t.throws(() => stream.seek(0), { code: 'ERR_CAMIO_UNSUPPORTED' })
})

test('a dry transport is not asked, but for one look of many, and once it is not dry any more', (t) => {
  class Telling extends Scripted {
    set hasMore(more: boolean) {
      this.dry = !more
    }
  }
  const stream = new Telling({ pulls: [bytes(1)], readsInto: true })
  t.deepEqual(stream.tryRead(), bytes(1))
  stream.release()
  stream.hasMore = false
  t.is(stream.tryRead(), null)
  t.is(stream.readInto(bytes(0)), ReadInto.NOT_NOW)
  t.false(stream.ready(1))
  t.is(stream.pullCalls, 1)
  stream.pulls.push(bytes(2))
  stream.hasMore = true
  t.deepEqual(stream.tryRead(), bytes(2))
  stream.release()
  stream.hasMore = false
  stream.pulls.push(bytes(3))
  let looks = 1
  while (stream.tryRead() === null) looks++
  t.true(looks > 1)
})
