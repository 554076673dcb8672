import test from 'ava'
import { bytes, codeOf, pair } from './support.js'

test('capacity bounds the bytes that wait at that end, exactly', async (t) => {
  const { near, far } = await pair(t, {}, { capacity: 100 })
  t.is(near.maxClaim, 100)
  t.true(near.tryWrite(new Uint8Array(60)))
  t.true(near.tryWrite(new Uint8Array(40)))
  t.is(near.tryClaim(1), null)
  t.is(await codeOf(() => near.tryClaim(101)), 'ERR_CAMIO_TOO_LARGE')
  far.tryRead()
  t.is(near.tryClaim(1), null, 'a message under a lease still takes its room')
  far.release()
  t.is(near.tryClaim(61), null)
  t.is(near.tryClaim(60)?.length, 60)
})

test('the other end has limits of its own', async (t) => {
  const { near, far } = await pair(t, { capacity: 10 }, { capacity: 1000 })
  t.is(near.maxClaim, 1000)
  t.is(far.maxClaim, 10)
})

test('messages bounds their number, empty ones too', async (t) => {
  const { near, far } = await pair(t, {}, { messages: 3 })
  for (let i = 0; i < 3; i++) t.true(near.tryWrite(new Uint8Array(0)))
  t.false(near.tryWrite(new Uint8Array(0)))
  const waiting = near.writable()
  far.readBatch(() => false)
  await waiting
  t.true(near.tryWrite(new Uint8Array(0)))
})

test('writable() waits for the claim that was refused, not for any room', async (t) => {
  const { near, far } = await pair(t, {}, { capacity: 100 })
  for (let i = 0; i < 10; i++) near.tryWrite(new Uint8Array(10))
  t.is(near.tryClaim(50), null)
  let woken = false
  const waiting = near.writable().then(() => {
    woken = true
  })
  for (let i = 0; i < 4; i++) {
    far.tryRead()
    far.release()
    await new Promise<void>((resolve) => setImmediate(resolve))
    t.false(woken)
  }
  far.tryRead()
  far.release()
  await waiting
  t.is(near.tryClaim(50)?.length, 50)
})

test('messages of all sizes share memory and stay apart', async (t) => {
  const { near, far } = await pair(t, {}, { capacity: 300_000, messages: 64 })
  const sizes = [0, 1, 65_535, 3, 65_536, 100, 0, 65_537, 4096]
  let written = 0
  let read = 0
  while (read < 5000) {
    while (written < read + 40) {
      const length = sizes[written % sizes.length]!
      const claim = near.tryClaim(length)
      if (claim === null) break
      claim.fill(written)
      near.commit()
      written++
    }
    far.readBatch((memory, offset, length) => {
      t.is(length, sizes[read % sizes.length])
      for (const at of [0, length >> 1, length - 1]) if (length > 0 && memory[offset + at] !== (read & 255)) t.fail()
      read++
    }, 7)
  }
})

test('a lease keeps its memory while the writer goes on', async (t) => {
  const { near, far } = await pair(t)
  near.tryWrite(bytes(1, 2, 3))
  const lease = far.tryRead()!
  for (let i = 0; i < 500; i++) near.tryWrite(new Uint8Array(200).fill(9))
  t.deepEqual(lease, bytes(1, 2, 3))
  far.release()
})
