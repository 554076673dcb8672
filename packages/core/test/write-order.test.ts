/** Writes that overlap: no "busy" error, and none overtakes another. */
import test from 'ava'
import fc from 'fast-check'
import { bytes, counting, joined, settled, turn } from './support/init.js'
import { Mailbox } from './support/mailbox.js'
import { Scripted } from './support/scripted.js'

const SMALL = { read: 4096, write: 4096 }

/** Takes nothing until it makes room. */
function full(): Scripted {
  return new Scripted({ pushes: Array<number>(1000).fill(0), sizes: SMALL })
}

test('writes that nobody awaits keep their order, small ones behind large ones too', async (t) => {
  const stream = full()
  const parts = [counting(3000), counting(3000, 1), bytes(1), counting(50_000, 3), bytes(2), counting(10, 9)]
  const writes = parts.map((part) => stream.write(part))
  await turn()
  stream.makeRoom()
  await Promise.all(writes)
  await stream.flush()
  t.deepEqual(stream.output, joined(parts))
})

test('any sizes, any amounts of room: the output is the input', async (t) => {
  const sizes = fc.array(fc.oneof(fc.nat(5000), fc.nat(70_000)), { maxLength: 12 })
  const rooms = fc.array(fc.nat(9000), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(sizes, rooms, async (lengths, room) => {
      const stream = full()
      const parts = lengths.map((length, i) => counting(length, i))
      const writes = Promise.all(parts.map((part) => stream.write(part)))
      for (const space of room) {
        await turn()
        stream.makeRoom(space, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
      }
      await turn()
      stream.makeRoom()
      await writes
      await stream.flush()
      return Buffer.compare(stream.output, joined(parts)) === 0
    }),
    { numRuns: 40 },
  )
  t.pass()
})

test('aborting a queued write takes it out at once, and the others are served', async (t) => {
  const stream = full()
  stream.tryWrite(new Uint8Array(4096))
  const controller = new AbortController()
  const first = stream.write(bytes(1))
  const second = stream.write(bytes(2), { signal: controller.signal })
  const third = stream.write(bytes(3))
  await turn()
  controller.abort(new Error('enough'))
  await t.throwsAsync(second, { message: 'enough' })
  t.false(await settled(first))
  stream.makeRoom()
  await Promise.all([first, third])
  await stream.flush()
  t.deepEqual(stream.output.subarray(4096), bytes(1, 3))
})

test('aborting the write whose turn it is lets the next one go on', async (t) => {
  const stream = full()
  stream.tryWrite(new Uint8Array(4096))
  const controller = new AbortController()
  const first = stream.write(bytes(1), { signal: controller.signal })
  const second = stream.write(bytes(2))
  await turn()
  controller.abort(new Error('enough'))
  await t.throwsAsync(first, { message: 'enough' })
  stream.makeRoom()
  await second
  await stream.flush()
  t.deepEqual(stream.output.subarray(4096), bytes(2))
})

test('end comes behind the writes before it, and in front of those after it', async (t) => {
  const stream = full()
  stream.tryWrite(new Uint8Array(4096))
  const before = stream.write(bytes(1))
  const ended = stream.end()
  const after = stream.write(bytes(2))
  t.false(await settled(ended))
  t.is(stream.endings, 0)
  stream.makeRoom()
  await before
  await ended
  await t.throwsAsync(after, { code: 'ERR_CAMIO_ENDED', message: /test:double/ })
  t.is(stream.endings, 1)
  t.is(stream.output.length, 4097)
})

test('end twice is one end; an aborted end is none', async (t) => {
  const stream = full()
  stream.tryWrite(bytes(1))
  const controller = new AbortController()
  const aborted = stream.end({ signal: controller.signal })
  await turn()
  controller.abort(new Error('enough'))
  await t.throwsAsync(aborted, { message: 'enough' })
  t.is(stream.endings, 0)
  t.true(stream.tryWrite(bytes(2)))
  stream.makeRoom()
  await Promise.all([stream.end(), stream.end()])
  t.is(stream.endings, 1)
  t.deepEqual(stream.output, bytes(1, 2))
  t.throws(() => stream.tryWrite(bytes(3)), { code: 'ERR_CAMIO_ENDED' })
  await stream.writable()
})

test('flush comes behind the writes before it', async (t) => {
  const stream = full()
  stream.tryWrite(new Uint8Array(4096))
  void stream.write(bytes(1))
  const flushed = stream.flush()
  t.false(await settled(flushed))
  stream.makeRoom()
  await flushed
  t.is(stream.output.length, 4097)
})

test('a message stream keeps the order, too', async (t) => {
  const stream = new Mailbox()
  stream.room = 1
  const writes = [1, 2, 3, 4].map((n) => stream.write(bytes(n)))
  for (let i = 0; i < 3; i++) {
    await turn()
    stream.makeRoom(1)
  }
  await Promise.all(writes)
  t.deepEqual(joined(stream.sent), bytes(1, 2, 3, 4))
})

test('closing rejects every write that waits', async (t) => {
  const stream = full()
  stream.tryWrite(new Uint8Array(4096))
  const writes = [stream.write(bytes(1)), stream.write(bytes(2)), stream.write(counting(40_000)), stream.end()]
  await turn()
  await stream.close({ discard: true })
  for (const write of writes) await t.throwsAsync(write, { code: 'ERR_CAMIO_CLOSED' })
})
