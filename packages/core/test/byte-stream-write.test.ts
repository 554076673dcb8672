/** Writing a byte stream over a scripted transport: claims, backpressure, the cork, large writes. */
import { PENDING } from '@camio/core/spi'
import test from 'ava'
import { bytes, counting, joined, settled, turn } from './support/init.js'
import { Scripted } from './support/scripted.js'

const SMALL = { read: 4096, write: 4096 }

/** A transport that takes nothing until it makes room. */
function full(): Scripted {
  return new Scripted({ pushes: Array<number>(50).fill(0), sizes: SMALL })
}

test('what is committed in a turn leaves in one push, at its end', async (t) => {
  const stream = new Scripted()
  for (let i = 0; i < 10; i++) t.true(stream.tryWrite(bytes(i)))
  t.is(stream.pushCalls, 0)
  await turn()
  t.is(stream.pushCalls, 1)
  t.deepEqual(stream.output, counting(10))
  t.deepEqual(stream.stats.write.toJSON(), {
    messages: 10,
    bytes: 10,
    copies: 10,
    systemCalls: 0,
    wakeUps: 0,
    backpressure: 0,
    overruns: 0,
  })
})

test('tryFlush and flush send at once', async (t) => {
  const stream = new Scripted()
  stream.tryWrite(bytes(1))
  t.true(stream.tryFlush())
  stream.tryWrite(bytes(2))
  await stream.flush()
  t.is(stream.pushCalls, 2)
  t.deepEqual(stream.output, bytes(1, 2))
})

test('a claim is written in place: no copy; commit may be shorter, cancel gives it back', (t) => {
  const stream = new Scripted()
  stream.tryClaim(3)!.set([1, 2, 3])
  stream.commit(2)
  const offset = stream.tryClaimAt(1)
  stream.claimBytes[offset] = 9
  stream.cancel()
  stream.tryClaim(5)
  stream.commit(0)
  t.true(stream.tryFlush())
  t.deepEqual(stream.output, bytes(1, 2))
  t.is(stream.stats.write.copies, 0)
  t.is(stream.stats.write.messages, 1)
})

test('a synchronous loop is never stuck behind the cork: a claim that does not fit flushes first', (t) => {
  const stream = new Scripted({ sizes: SMALL })
  const piece = counting(1000)
  for (let i = 0; i < 20; i++) t.true(stream.tryWrite(piece))
  t.true(stream.tryFlush())
  t.is(stream.output.length, 20_000)
})

test('one claim at a time; lengths are whole numbers up to maxClaim', (t) => {
  const stream = new Scripted({ limits: { maxMessage: 5000 }, sizes: SMALL })
  t.throws(() => stream.commit(), { code: 'ERR_CAMIO_MISUSE', message: /test:double has no claim/ })
  t.throws(() => stream.cancel(), { code: 'ERR_CAMIO_MISUSE' })
  t.is(stream.maxClaim, 5000)
  for (const wrong of [-1, 1.5, Number.NaN]) t.throws(() => stream.tryClaim(wrong), { code: 'ERR_CAMIO_MISUSE' })
  for (const wrong of [5001, Infinity])
    t.throws(() => stream.tryClaim(wrong), { code: 'ERR_CAMIO_TOO_LARGE', message: /5000/ })
  stream.tryClaim(10)
  t.throws(() => stream.tryClaim(1), { code: 'ERR_CAMIO_MISUSE', message: /claim out/ })
  t.throws(() => stream.tryWrite(bytes(1)), { code: 'ERR_CAMIO_MISUSE' })
  for (const wrong of [-1, 11, 1.5, Number.NaN]) t.throws(() => stream.commit(wrong), { code: 'ERR_CAMIO_MISUSE' })
  stream.commit(10)
  t.is(stream.tryClaim(5000)!.length, 5000)
})

test('backpressure: not now, the refused length is the mark, and room wakes', async (t) => {
  const stream = full()
  t.true(stream.tryWrite(new Uint8Array(4000)))
  t.false(stream.tryWrite(new Uint8Array(3000)))
  t.is(stream.stats.write.backpressure, 1)
  const waiting = stream.writable()
  t.false(await settled(waiting))
  // Too little: 2000 of 4000 bytes went, 3000 do not fit yet.
  stream.makeRoom(1000, 0, 0, 0, 0, 0)
  t.false(await settled(waiting))
  stream.makeRoom()
  await waiting
  t.true(stream.tryWrite(new Uint8Array(3000)))
})

test('after a smaller claim was refused less room is enough', async (t) => {
  const stream = full()
  stream.tryWrite(new Uint8Array(4096))
  t.false(stream.tryWrite(new Uint8Array(4096)))
  t.false(stream.tryWrite(new Uint8Array(10)))
  const waiting = stream.writable()
  stream.makeRoom(100, 0, 0, 0, 0)
  await waiting
  t.true(stream.tryWrite(new Uint8Array(10)))
})

test('what the transport did not take is sent in the background when it has room', async (t) => {
  const stream = new Scripted({ pushes: [1, 0, 0, 0] })
  stream.tryWrite(bytes(1, 2, 3))
  await turn()
  t.deepEqual(stream.output, bytes(1))
  t.true(stream.armedPush > 0)
  stream.makeRoom(1, 0, 0)
  t.deepEqual(stream.output, bytes(1, 2))
  stream.makeRoom()
  t.deepEqual(stream.output, bytes(1, 2, 3))
})

test('flush waits for room, and can be aborted', async (t) => {
  const stream = full()
  stream.tryWrite(bytes(1))
  const controller = new AbortController()
  const aborted = stream.flush({ signal: controller.signal })
  const flushed = stream.flush()
  controller.abort(new Error('enough'))
  await t.throwsAsync(aborted, { message: 'enough' })
  t.false(await settled(flushed))
  stream.makeRoom()
  await flushed
  t.deepEqual(stream.output, bytes(1))
})

test('a pending push: nothing more is pushed until it settles, then the rest', async (t) => {
  const stream = new Scripted({ pushes: [PENDING] })
  stream.tryWrite(bytes(1, 2))
  t.false(stream.tryFlush())
  stream.tryWrite(bytes(3))
  t.false(stream.tryFlush())
  t.is(stream.pushCalls, 1)
  const flushed = stream.flush()
  t.false(await settled(flushed))
  stream.settlePush(1)
  await flushed
  t.deepEqual(stream.output, bytes(1, 2, 3))
})

test('a large write goes from the caller’s memory: no copy', async (t) => {
  const stream = new Scripted()
  const large = counting(100_000)
  stream.tryWrite(bytes(7))
  await stream.write(large)
  t.deepEqual(stream.output, joined([bytes(7), large]))
  t.is(stream.stats.write.copies, 1)
  t.is(stream.stats.write.messages, 2)
  t.is(stream.stats.write.bytes, 100_001)
})

test('a large write goes on where the transport stopped', async (t) => {
  const stream = new Scripted({ pushes: [10, 0, 0, 0, 0] })
  const large = counting(100_000)
  const written = stream.write(large)
  t.false(await settled(written))
  t.is(stream.output.length, 10)
  stream.makeRoom(50, 0, 0, 0)
  t.false(await settled(written))
  stream.makeRoom()
  await written
  t.deepEqual(stream.output, large)
  t.is(stream.stats.write.copies, 0)
})

test('a large write that is pending and goes in part goes on, too', async (t) => {
  const stream = new Scripted({ pushes: [PENDING, PENDING] })
  const large = counting(50_000)
  const written = stream.write(large)
  await turn()
  stream.settlePush(20_000)
  await turn()
  stream.settlePush(30_000)
  await written
  t.deepEqual(stream.output, large)
})

test('a claim does not get in between the parts of a large write', async (t) => {
  const stream = new Scripted({ pushes: [10, 0, 0, 0, 0, 0, 0] })
  const large = counting(40_000)
  const written = stream.write(large)
  await turn()
  t.false(stream.tryWrite(bytes(9)))
  const waiting = stream.writable()
  t.false(await settled(waiting))
  stream.makeRoom()
  await written
  await waiting
  t.true(stream.tryWrite(bytes(9)))
  await stream.flush()
  t.deepEqual(stream.output, joined([large, bytes(9)]))
})

test('nor in the same turn, nor does another large write', async (t) => {
  const stream = new Scripted({ pushes: [10, 0, 0, 0, 0, 0, 0] })
  const [first, second] = [counting(40_000), new Uint8Array(40_000).fill(3)]
  const writes = [stream.write(first), stream.write(second)]
  t.false(stream.tryWrite(bytes(9)))
  stream.makeRoom()
  await Promise.all(writes)
  t.deepEqual(stream.output, joined([first, second]))
})

test('large writes say that more follow, and at the end of the turn that nothing does', async (t) => {
  const stream = new Scripted()
  stream.tryWrite(bytes(1))
  await stream.write(counting(40_000))
  await stream.write(counting(50_000))
  t.deepEqual(stream.mores, [true, true, true])
  t.is(stream.letGo, 0)
  await turn()
  t.is(stream.letGo, 1)
  await turn()
  t.is(stream.letGo, 1)
})

test('tryFlush lets go what was held back; a push without more needs no letting go', async (t) => {
  const stream = new Scripted()
  await stream.write(counting(40_000))
  t.true(stream.tryFlush())
  t.is(stream.letGo, 1)
  await stream.write(counting(40_000))
  stream.tryWrite(bytes(1))
  await turn()
  t.deepEqual(stream.mores, [true, true, false])
  t.is(stream.letGo, 1)
})

test('a large write that waits for room asks nobody until there is some', async (t) => {
  const stream = new Scripted({ pushes: [10, ...Array<number>(50).fill(0)] })
  const written = stream.write(counting(40_000))
  await turn()
  const { pushCalls } = stream
  for (let i = 0; i < 5; i++) await turn()
  t.is(stream.pushCalls, pushCalls)
  stream.makeRoom()
  await written
})

test('an aborted large write says so; what went is counted', async (t) => {
  const stream = new Scripted({ pushes: [10, 0, 0, 0, 0, 0] })
  const controller = new AbortController()
  const written = stream.write(counting(40_000), { signal: controller.signal })
  await turn()
  controller.abort(new Error('enough'))
  await t.throwsAsync(written, { message: 'enough' })
  t.is(stream.stats.write.bytes, 10)
  stream.makeRoom()
  await stream.write(bytes(1))
  await stream.flush()
  t.is(stream.output.length, 11)
})

test('a write beyond maxClaim goes in pieces', async (t) => {
  const stream = new Scripted({ limits: { maxMessage: 1000 }, sizes: { read: 4096, write: 2000 } })
  const content = counting(9000)
  await stream.write(content)
  await stream.flush()
  t.deepEqual(stream.output, content)
})

test('a large write says what is wrong as a small one does: by its promise', async (t) => {
  const large = new Uint8Array(100_000)
  const stream = new Scripted()
  await t.throwsAsync(stream.write(large, { signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' })
  stream.tryClaim(1)
  await t.throwsAsync(stream.write(large), { code: 'ERR_CAMIO_MISUSE', message: /claim out/ })
  stream.cancel()
  t.is(stream.output.length, 0)
})

test('write() allocates no promise when there is room', (t) => {
  const stream = new Scripted()
  t.is(stream.write(bytes(1)), stream.write(bytes(2)))
  t.is(stream.write(new Uint8Array(100_000)), stream.write(bytes(2)))
})

test('a stream that was not opened for writing says so instead of waiting', async (t) => {
  const stream = new Scripted({ features: { writable: false } })
  await stream.writable()
  t.throws(() => stream.tryClaim(1), { code: 'ERR_CAMIO_NOT_WRITABLE', message: /test:double/ })
  await t.throwsAsync(stream.write(bytes(1)), { code: 'ERR_CAMIO_NOT_WRITABLE' })
  await t.throwsAsync(stream.write(new Uint8Array(100_000)), { code: 'ERR_CAMIO_NOT_WRITABLE' })
})
