/** `CAMIO_DEBUG=lease`: a stale use fails at once. */
import { open } from '@camio/core'
import { features } from '@camio/core/spi'
import test from 'ava'
import { LeaseGuard } from '../dist/layers/lease-guard.js'
import { doubleDriver, registryOf } from './support/driver.js'
import { bytes, init } from './support/init.js'
import { Mailbox } from './support/mailbox.js'
import { Scripted } from './support/scripted.js'

function guardedBytes(...pulls: Uint8Array[]): LeaseGuard {
  return new LeaseGuard(new Scripted({ pulls }), init())
}

test('a lease is a private copy that is gone after release', (t) => {
  const inner = new Mailbox()
  const stream = new LeaseGuard(inner, init())
  const message = bytes(1, 2, 3)
  inner.arrive(message)
  const lease = stream.tryRead()!
  t.deepEqual(lease, message)
  t.not(lease.buffer, message.buffer)
  stream.release()
  t.is(lease.length, 0)
  t.is(lease.buffer.byteLength, 0)
  t.deepEqual(message, bytes(1, 2, 3))
})

test('a claim is gone after commit, and after cancel', (t) => {
  const inner = new Mailbox()
  const stream = new LeaseGuard(inner, init())
  const claim = stream.tryClaim(2)!
  claim.set([1, 2])
  stream.commit()
  t.is(claim.length, 0)
  t.deepEqual(inner.sent, [bytes(1, 2)])
  const cancelled = stream.tryClaim(2)!
  stream.cancel()
  t.is(cancelled.length, 0)
  t.is(inner.sent.length, 1)
})

test('a release that is refused leaves the lease alive', (t) => {
  const stream = guardedBytes(bytes(1, 2))
  const lease = stream.tryRead()!
  t.throws(() => stream.release(3), { code: 'ERR_CAMIO_MISUSE' })
  t.deepEqual(lease, bytes(1, 2))
  t.true(stream.release(1))
  t.is(lease.length, 0)
})

test('a byte stream’s rest comes again, and bytes are counted once', (t) => {
  const stream = guardedBytes(bytes(1, 2), bytes(3))
  stream.tryRead()
  stream.release(1)
  t.deepEqual(stream.tryRead(), bytes(2, 3))
  stream.release()
  t.is(stream.stats.read.bytes, 3)
  t.is(stream.stats.read.copies, 2)
})

test('batches and tryWrite work through it', async (t) => {
  const inner = new Mailbox()
  const stream = new LeaseGuard(inner, init())
  inner.arrive(bytes(1), bytes(2))
  const kept: Uint8Array[] = []
  t.is(
    stream.readBatch((memory) => {
      kept.push(memory)
    }),
    2,
  )
  t.deepEqual(
    kept.map((memory) => memory.length),
    [0, 0],
  )
  t.true(stream.tryWrite(bytes(7)))
  t.deepEqual(inner.sent, [bytes(7)])
  await stream.end()
  await stream.close()
  t.true(inner.closed)
})

test('one lease at a time, as without it', (t) => {
  const stream = guardedBytes(bytes(1))
  t.throws(() => stream.release(), { code: 'ERR_CAMIO_MISUSE' })
  stream.tryRead()
  t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_MISUSE' })
  t.throws(() => stream.commit(), { code: 'ERR_CAMIO_MISUSE' })
})

test.serial('the environment asks for it, for any scheme', async (t) => {
  const driver = { ...doubleDriver({ open: () => new Mailbox() }), features: features({ framing: 'messages' }) }
  const registry = registryOf(driver)
  const before = process.env.CAMIO_DEBUG
  process.env.CAMIO_DEBUG = 'other,lease'
  try {
    t.true((await open('double:x', { registry })) instanceof LeaseGuard)
  } finally {
    if (before === undefined) delete process.env.CAMIO_DEBUG
    else process.env.CAMIO_DEBUG = before
  }
  t.true((await open('double:x', { registry })) instanceof Mailbox)
})
