/** How streams end and break: linger, discard, errors that nobody saw. */
import { CamioError, PENDING } from '@camio/core/spi'
import test from 'ava'
import { framed } from '../dist/layers/framed.js'
import { bytes, counting, init, settled, turn } from './support/init.js'
import { Mailbox } from './support/mailbox.js'
import { Scripted } from './support/scripted.js'
import { watchPool } from './support/watch-pool.js'

const refused = () => Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })
const full = (lingerMs: number) => new Scripted({ pushes: Array<number>(100).fill(0), limits: { lingerMs } })

test('close delivers what was committed and gives everything back, once', async (t) => {
  const stream = new Scripted()
  stream.tryWrite(bytes(1))
  await Promise.all([stream.close(), stream.close()])
  await stream.close()
  t.deepEqual(stream.output, bytes(1))
  t.is(stream.destroyed, 'closed')
  t.is(stream.stats.write.bytes, 1)
})

test('close waits for the transport, linger at most', async (t) => {
  const stream = full(60_000)
  stream.tryWrite(bytes(1))
  const closed = stream.close()
  t.false(await settled(closed))
  stream.makeRoom()
  await closed
  t.deepEqual(stream.output, bytes(1))

  const stuck = full(1)
  stuck.tryWrite(bytes(1))
  await t.throwsAsync(stuck.close(), { code: 'ERR_CAMIO_TIMEOUT', message: /test:double.*linger=1ms/ })
  t.is(stuck.destroyed, 'discarded')
})

test('nothing can be written while close lingers', async (t) => {
  const stream = full(60_000)
  stream.tryWrite(bytes(1))
  const closed = stream.close()
  t.throws(() => stream.tryWrite(bytes(2)), { code: 'ERR_CAMIO_CLOSED' })
  await t.throwsAsync(stream.end(), { code: 'ERR_CAMIO_CLOSED' })
  stream.makeRoom()
  await closed
})

test('discard drops what was committed, and cuts a linger short', async (t) => {
  const stream = full(60_000)
  stream.tryWrite(bytes(1))
  await stream.close({ discard: true })
  t.is(stream.output.length, 0)
  t.is(stream.destroyed, 'discarded')

  const lingering = full(60_000)
  lingering.tryWrite(bytes(1))
  const closed = lingering.close()
  t.false(await settled(closed))
  await lingering.close({ discard: true })
  await closed
  t.is(lingering.destroyed, 'discarded')
})

test('closing wakes everybody who waits', async (t) => {
  const stream = full(60_000)
  stream.tryWrite(new Uint8Array(stream.maxClaim))
  t.false(stream.tryWrite(bytes(1)))
  const waits = [stream.readable(), stream.writable(), stream.read(), stream.flush(), stream.write(bytes(1))]
  const outcomes = Promise.allSettled(waits)
  await turn()
  await stream.close({ discard: true })
  for (const outcome of await outcomes) {
    t.is(outcome.status, 'rejected')
    t.is(((outcome as PromiseRejectedResult).reason as CamioError).code, 'ERR_CAMIO_CLOSED')
  }
})

test('an error in the background is shown at the next call', async (t) => {
  const stream = new Scripted({ pushes: [refused()] })
  stream.tryWrite(bytes(1))
  await turn()
  t.is(stream.error?.code, 'ERR_CAMIO_RESET')
  t.throws(() => stream.tryWrite(bytes(2)), { code: 'ERR_CAMIO_RESET', message: /cannot write test:double/ })
  t.throws(() => stream.tryFlush(), { code: 'ERR_CAMIO_RESET' })
  await t.throwsAsync(stream.flush(), { code: 'ERR_CAMIO_RESET' })
  await t.throwsAsync(stream.end(), { code: 'ERR_CAMIO_RESET' })
  await t.notThrowsAsync(stream.close())
})

test('an error that nobody saw is shown by close, once', async (t) => {
  const stream = new Scripted({ pushes: [refused()] })
  stream.tryWrite(bytes(1))
  await turn()
  await t.throwsAsync(stream.close(), { code: 'ERR_CAMIO_RESET' })
  t.is(stream.destroyed, 'discarded')
})

test('only to look is not to see', async (t) => {
  const stream = new Scripted({ pushes: [refused()] })
  stream.tryWrite(bytes(1))
  await turn()
  t.true(stream.ready(1))
  t.true(stream.ready(2))
  await stream.readable()
  await stream.writable()
  await t.throwsAsync(stream.close(), { code: 'ERR_CAMIO_RESET' })
})

test('an error that a look met is not seen either', async (t) => {
  const stream = new Scripted({ pushes: [0, refused()], sizes: { read: 4096, write: 4096 } })
  stream.tryWrite(new Uint8Array(4096))
  t.false(stream.tryWrite(bytes(1)))
  t.true(stream.ready(2))
  await t.throwsAsync(stream.close(), { code: 'ERR_CAMIO_RESET' })
})

test('an error of reading that a look met is not seen either', async (t) => {
  const stream = new Scripted({ pulls: [refused()] })
  stream.tryWrite(bytes(1))
  t.true(stream.tryFlush())
  t.true(stream.ready(1))
  t.is(stream.error?.code, 'ERR_CAMIO_RESET')
  await t.throwsAsync(stream.close(), { code: 'ERR_CAMIO_RESET' })
})

test('through a layer, too: shown once, by whatever call comes first', async (t) => {
  for (const first of ['close', 'tryFlush', 'tryRead'] as const) {
    const inner = new Scripted({ pushes: [refused()] })
    const view = framed(inner, init(), 'u32')
    view.tryWrite(bytes(1))
    await turn()
    t.true(view.ready(1))
    t.true(view.ready(2))
    if (first !== 'close') t.throws(() => view[first](), { code: 'ERR_CAMIO_RESET' })
    if (first === 'close') await t.throwsAsync(view.close(), { code: 'ERR_CAMIO_RESET' })
    else await t.notThrowsAsync(view.close())
    t.true(inner.closed)
  }
})

test.serial('memory under a lease or a claim that is out at close goes to nobody else', async (t) => {
  const watch = watchPool()
  try {
    const stream = new Scripted({ pulls: [bytes(1, 2)] })
    const lease = stream.tryRead()!
    const claim = stream.tryClaim(2)!
    await stream.close()
    t.deepEqual(
      [...watch.out].map((block) => block.buffer),
      [lease.buffer, claim.buffer],
    )
    watch.out.clear()

    const tidy = new Scripted({ pulls: [bytes(1, 2)] })
    tidy.tryRead()
    tidy.release(1)
    tidy.tryClaim(2)
    tidy.commit()
    await tidy.close({ discard: true })
    t.is(watch.out.size, 0)
  } finally {
    watch.stop()
  }
})

test('a stream that wrote nothing has nothing to regret', async (t) => {
  const stream = new Scripted()
  stream.fail(new CamioError('ERR_CAMIO_RESET', 'test:double is gone'))
  await t.notThrowsAsync(stream.close())
})

test('the first error stays, and wakes everybody', async (t) => {
  const stream = full(0)
  stream.tryWrite(new Uint8Array(stream.maxClaim))
  t.false(stream.tryWrite(bytes(1)))
  const reading = stream.readable()
  const writing = stream.writable()
  const flushing = stream.flush()
  const first = new CamioError('ERR_CAMIO_RESET', 'first')
  stream.fail(first)
  stream.fail(new CamioError('ERR_CAMIO_RESET', 'second'))
  await reading
  await writing
  t.is(await t.throwsAsync(flushing), first)
  t.is(
    t.throws(() => stream.tryRead()),
    first,
  )
})

test('close waits for a pending push, whose memory is in use', async (t) => {
  const stream = new Scripted({ pushes: [PENDING] })
  const written = stream.write(counting(40_000))
  await turn()
  const closed = stream.close()
  t.false(await settled(closed))
  stream.settlePush(40_000)
  await closed
  await t.notThrowsAsync(written)
  t.is(stream.output.length, 40_000)
})

test('discarding a pending large write rejects it when the transport has let go', async (t) => {
  const stream = new Scripted({ pushes: [PENDING] })
  const written = stream.write(counting(40_000))
  await turn()
  await stream.close({ discard: true })
  await t.throwsAsync(written, { code: 'ERR_CAMIO_CLOSED' })
})

test('await using closes', async (t) => {
  const stream = new Scripted()
  await (async () => {
    await using held = stream
    held.tryWrite(bytes(1))
  })()
  t.true(stream.closed)
  t.deepEqual(stream.output, bytes(1))
})

test('a message stream shows its error after its messages', (t) => {
  const stream = new Mailbox()
  stream.arrive(bytes(1))
  stream.break()
  t.deepEqual(stream.tryRead(), bytes(1))
  stream.release()
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_RESET' })
})
