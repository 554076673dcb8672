import { pipe } from '@camio/core'
import test from 'ava'
import { bytes, pair } from './support.js'

test('a pipe between two hands memory over: what is read last is what was written first', async (t) => {
  const from = await pair(t)
  const to = await pair(t)
  const claim = from.near.tryClaim(1000)!
  claim.fill(5)
  from.near.commit()
  await from.near.end()
  const result = await pipe(from.far, to.near)
  t.is(result.path, 'hand-over')
  t.deepEqual([result.bytes, result.messages, result.copies, result.ended], [1000, 1, 0, true])
  const lease = to.far.tryRead()!
  t.is(lease.buffer, claim.buffer)
  t.is(lease.byteOffset, claim.byteOffset)
  to.far.release()
  t.is(to.far.tryRead(), null)
  t.true(to.far.ended)
})

test('many messages through a narrow pipe of pipes, none lost, none copied', async (t) => {
  const first = await pair(t, {}, { capacity: 5000 })
  const second = await pair(t, {}, { messages: 2 })
  const third = await pair(t, {}, { capacity: 900 })
  const piping = Promise.all([pipe(first.far, second.near), pipe(second.far, third.near)])
  const writing = (async () => {
    for (let i = 0; i < 2000; i++) await first.near.write(new Uint8Array(i % 700).fill(i))
    await first.near.end()
  })()
  let count = 0
  for await (const lease of third.far) {
    if (lease.length !== count % 700 || (lease.length > 0 && lease[0] !== (count & 255))) t.fail(`message ${count}`)
    count++
  }
  const results = await piping
  await writing
  t.is(count, 2000)
  for (const result of results) t.deepEqual([result.path, result.messages, result.copies], ['hand-over', 2000, 0])
})

test('memory that was handed over outlives the stream that it came through', async (t) => {
  const from = await pair(t)
  const to = await pair(t)
  from.near.tryWrite(bytes(1, 2, 3))
  from.near.tryWrite(bytes(4))
  await from.near.end()
  await pipe(from.far, to.near, { close: true })
  await from.near.close()
  t.deepEqual(to.far.tryRead(), bytes(1, 2, 3))
  to.far.release()
  t.deepEqual(to.far.tryRead(), bytes(4))
})
