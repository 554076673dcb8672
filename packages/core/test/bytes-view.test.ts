/** Bytes on a message stream. */
import { isCamioError, open } from '@camio/core'
import { features } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { BytesView } from '../dist/layers/bytes-view.js'
import { doubleDriver, registryOf } from './support/driver.js'
import { bytes, counting, init, joined, settled } from './support/init.js'
import { Mailbox } from './support/mailbox.js'

function pair(limits = {}): { inner: Mailbox; view: BytesView } {
  const inner = new Mailbox({}, limits)
  return { inner, view: new BytesView(inner, init({}, limits)) }
}

test('a message is lent where it lies', (t) => {
  const { inner, view } = pair()
  const message = bytes(1, 2, 3)
  inner.arrive(message)
  const lease = view.tryRead()!
  t.is(lease.buffer, message.buffer)
  t.true(inner.leaseOut)
  view.release()
  t.false(inner.leaseOut)
  t.is(view.stats.read.copies, 0)
  t.is(view.stats.read.bytes, 3)
})

test('a rest that straddles two messages is joined and counted', (t) => {
  const { inner, view } = pair()
  inner.arrive(bytes(1, 2), bytes(3))
  view.tryRead()
  view.release(1)
  t.deepEqual(view.tryRead(), bytes(2, 3))
  t.is(view.stats.read.copies, 2)
})

test('any messages, any consumption: the bytes are those that came', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 30 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (sizes, parts) => {
        const { inner, view } = pair()
        const messages = sizes.map((size, i) => counting(size, i))
        const expected = joined(messages)
        inner.arrive(...messages)
        inner.finish()
        const got: Uint8Array[] = []
        for (let looks = 0; !view.ended; looks++) {
          if (looks > 10_000) throw new Error('does not end')
          const lease = view.tryRead()
          if (lease === null) continue
          const count = Math.ceil(parts.next().value! * lease.length)
          got.push(lease.slice(0, count))
          view.release(count)
        }
        return Buffer.compare(joined(got), expected) === 0 && view.stats.read.bytes === expected.length
      },
    ),
    { numRuns: 60 },
  )
  t.pass()
})

test('empty messages are nothing', (t) => {
  const { inner, view } = pair()
  inner.arrive(bytes(), bytes())
  t.is(view.tryRead(), null)
  t.is(inner.incoming.length, 0)
  inner.arrive(bytes(), bytes(1))
  t.deepEqual(view.tryRead(), bytes(1))
})

test('a rest is not ready until there is more, or the end', async (t) => {
  const { inner, view } = pair()
  inner.arrive(bytes(1, 2))
  view.tryRead()
  view.release(1)
  const waiting = view.readable()
  t.false(await settled(waiting))
  inner.arrive(bytes())
  t.false(await settled(waiting))
  inner.finish()
  await waiting
  t.deepEqual(view.tryRead(), bytes(2))
  view.release()
  t.is(view.tryRead(), null)
  t.true(view.ended)
})

test('who waits while a lease is out is told at its release', async (t) => {
  const { inner, view } = pair()
  inner.arrive(bytes(1), bytes(2))
  view.tryRead()
  const waiting = view.readable()
  t.false(await settled(waiting))
  view.release()
  await waiting
})

test('a lease over max-lease breaks the view, after what was read', (t) => {
  const { inner, view } = pair({ maxLease: 4096 })
  inner.arrive(counting(4000), counting(200))
  view.tryRead()
  view.release(0)
  for (let i = 0; i < 2; i++) t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE', message: /test:double/ })
})

test('the message stream’s error comes after its messages', (t) => {
  const { inner, view } = pair()
  inner.arrive(bytes(1))
  inner.break()
  t.deepEqual(view.tryRead(), bytes(1))
  view.release()
  for (let i = 0; i < 2; i++) t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_RESET' })
})

test('only what was lent can be released, one lease at a time', (t) => {
  const { inner, view } = pair()
  inner.arrive(bytes(1))
  t.throws(() => view.release(), { code: 'ERR_CAMIO_MISUSE' })
  view.tryRead()
  t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_MISUSE' })
  for (const wrong of [2, -1, 0.5]) t.throws(() => view.release(wrong), { code: 'ERR_CAMIO_MISUSE' })
})

test('a commit is a message; a commit of nothing is none', (t) => {
  const { inner, view } = pair()
  view.tryClaim(3)!.set([1, 2, 3])
  view.commit(2)
  view.tryClaim(3)
  view.commit(0)
  view.tryClaim(0)
  view.commit()
  view.tryWrite(bytes())
  t.deepEqual(inner.sent, [bytes(1, 2)])
  t.is(view.stats.write.bytes, 2)
  t.is(view.stats.write.messages, 1)
})

test('a write beyond the largest message goes in pieces', async (t) => {
  const inner = new Mailbox({ mtu: 10 })
  const view = new BytesView(inner, init())
  await view.write(counting(25))
  t.deepEqual(
    inner.sent.map((message) => message.length),
    [10, 10, 5],
  )
  t.deepEqual(joined(inner.sent), counting(25))
})

test('only reliable, ordered messages can be bytes', async (t) => {
  const udpLike = { ...doubleDriver(), features: features({ framing: 'messages', reliable: false }) }
  const error: unknown = await open('double:x', { framing: 'bytes', registry: registryOf(udpLike) }).catch(
    (e: unknown) => e,
  )
  t.true(isCamioError(error, 'ERR_CAMIO_BAD_OPTION'))
})

test('framing=bytes asks for the view', async (t) => {
  const driver = { ...doubleDriver({ open: () => new Mailbox() }), features: features({ framing: 'messages' }) }
  const stream = await open('double:x?framing=bytes', { registry: registryOf(driver) })
  t.is(stream.features.framing, 'bytes')
})
