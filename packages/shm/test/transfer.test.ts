/** Whatever a program does with the memory that it was lent: an error, never a crash, and never somebody else's memory. */
import { MessageChannel } from 'node:worker_threads'
import { open, type Stream } from '@camio/core'
import test from 'ava'
import { leftAtLast } from './support/left.js'
import { freshName } from './support/names.js'
import { discard, pair, turn } from './support/streams.js'

/** Detaches the buffer if this release of Node lets anybody. @returns whether it did */
function takeAway(buffer: ArrayBufferLike): boolean {
  const it = buffer as ArrayBuffer & { transfer?(): ArrayBuffer }
  try {
    if (it.transfer !== undefined) it.transfer()
    else structuredClone(it, { transfer: [it] })
  } catch {
    // Refused: all the better.
  }
  return buffer.byteLength === 0
}

test.serial('a lease whose buffer was transferred: the next read says so', async (t) => {
  const { near, far } = await pair()
  await near.write(Uint8Array.of(1, 2, 3))
  const lease = await far.read()
  const gone = takeAway(lease!.buffer)
  far.release()
  await near.write(Uint8Array.of(4))
  if (gone) await t.throwsAsync(far.read(), { code: 'ERR_CAMIO_MISUSE', message: /transferred/ })
  else t.deepEqual([...(await far.read())!], [4])
  await Promise.all([near.close(), far.close()])
})

test.serial('a claim whose buffer was transferred: the next write says so', async (t) => {
  const { near, far } = await pair()
  const claim = near.tryClaim(10)
  const gone = takeAway(claim!.buffer)
  const write = async () => {
    near.commit()
    for (let i = 0; i < 10; i++) await near.flush()
    near.tryWrite(Uint8Array.of(1))
  }
  if (gone) await t.throwsAsync(write(), { code: 'ERR_CAMIO_MISUSE', message: /transferred/ })
  else await t.notThrowsAsync(write())
  await Promise.all([near.close(), far.close()])
})

test.serial(
  'a lease of one writer of many whose buffer was transferred: the next read says so, and so do all',
  async (t) => {
    const name = freshName()
    const reader = await open(name, { mode: 'r', stay: true })
    const [first, second] = [await open(name, { mode: 'w' }), await open(name, { mode: 'w' })]
    await first.write(Uint8Array.of(1))
    const gone = takeAway((await reader.read())!.buffer)
    reader.release()
    for (const writer of [first, second]) {
      for (let i = 0; i < 10; i++) writer.tryWrite(Uint8Array.of(2))
      writer.tryFlush()
    }
    if (gone) {
      const transferred = { code: 'ERR_CAMIO_MISUSE', message: /transferred/ }
      // The other writer's messages may come first, but not for ever.
      t.throws(() => {
        for (let i = 0; i < 5; i++) if (reader.tryRead() !== null) reader.release()
      }, transferred)
      for (let i = 0; i < 5; i++) t.throws(() => reader.tryRead(), transferred)
      t.throws(() => reader.readBatch(() => {}), transferred)
    } else t.pass()
    await discard(reader, first, second)
  },
)

test.serial('who took its memory away and closes is not taken for dead', async (t) => {
  const reset = { code: 'ERR_CAMIO_RESET' }
  const { near, far } = await pair()
  await near.write(Uint8Array.of(1))
  const lease = (await far.read())!
  takeAway(lease.buffer)
  takeAway(far.claimBytes.buffer)
  await near.write(Uint8Array.of(2))
  await near.flush()
  await far.close({ discard: true })
  await t.throwsAsync(near.read(), reset)
  t.throws(() => near.tryWrite(Uint8Array.of(3)), reset)
  await near.close()

  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const writer = await open(name, { mode: 'w' })
  await writer.write(Uint8Array.of(1))
  takeAway((await reader.read())!.buffer)
  await reader.close()
  await t.throwsAsync(async () => {
    for (;;) await Promise.all([writer.write(Uint8Array.of(2)), turn()])
  }, reset)
  await writer.close()

  const lossy = { policy: 'drop-oldest' } as const
  const ticks = await open(name, { mode: 'w', ...lossy })
  const onlooker = await open(name, { mode: 'r', ...lossy })
  takeAway(ticks.claimBytes.buffer)
  await ticks.close({ discard: true })
  await t.throwsAsync(onlooker.read(), reset)
  await onlooker.close()
})

test.serial('a lossy batch whose buffer was transferred: the next read says so', async (t) => {
  const name = freshName()
  const lossy = { policy: 'drop-oldest' } as const
  const writer = await open(name, { mode: 'w', ...lossy })
  for (const next of ['readBatch', 'tryRead'] as const) {
    const reader = await open(name, { mode: 'r', ...lossy })
    for (let i = 0; i < 5; i++) writer.tryWrite(Uint8Array.of(i))
    writer.tryFlush()
    let gone = false
    const lengths: number[] = []
    const read = () =>
      reader.readBatch((bytes, _offset, length) => {
        lengths.push(length)
        if (!gone) gone = takeAway(bytes.buffer)
      })
    t.is(read(), 1)
    t.deepEqual(lengths, [1])
    t.true(gone)
    const transferred = { code: 'ERR_CAMIO_MISUSE', message: /transferred/ }
    for (let i = 0; i < 3; i++) t.throws(next === 'tryRead' ? () => reader.tryRead() : read, transferred)
    t.deepEqual([reader.stats.read.messages, reader.stats.read.bytes], [1, 1])
    await reader.close()
  }
  await writer.close()
})

test.serial(
  'leases and claims that are kept after close read zeros, and writing to them is nobody’s business',
  async (t) => {
    const { near, far } = await pair()
    await near.write(Uint8Array.of(7, 7, 7))
    const lease = (await far.read())!
    const claim = near.tryClaim(8)!
    claim.fill(9)
    await Promise.all([near.close({ discard: true }), far.close()])
    t.deepEqual([...lease], [0, 0, 0])
    t.deepEqual([...claim], Array(8).fill(0))
    lease.fill(1)
    claim.fill(1)
    t.deepEqual([...lease], [1, 1, 1])
  },
)

test.serial('a lease can be cloned, copied and posted: that is a copy', async (t) => {
  const { near, far } = await pair()
  await near.write(Uint8Array.of(1, 2, 3))
  const lease = (await far.read())!
  t.deepEqual([...structuredClone(lease)], [1, 2, 3])
  t.deepEqual([...lease.slice()], [1, 2, 3])
  const { port1, port2 } = new MessageChannel()
  const got = new Promise<Uint8Array>((resolve) => port2.once('message', resolve))
  port1.postMessage(lease)
  t.deepEqual([...(await got)], [1, 2, 3])
  port1.close()
  far.release()
  await Promise.all([near.close(), far.close()])
})

test.serial('the memory of a transferred buffer goes when nobody has it any more', async (t) => {
  const before = await leftAtLast()
  const use = async (): Promise<void> => {
    const { near, far } = await pair()
    await near.write(Uint8Array.of(1))
    takeAway((await far.read())!.buffer)
    takeAway((near as Stream).claimBytes.buffer)
    await Promise.all([near.close({ discard: true }), far.close({ discard: true })])
  }
  for (let i = 0; i < 10; i++) await use()
  t.deepEqual(await leftAtLast(), before)
})
