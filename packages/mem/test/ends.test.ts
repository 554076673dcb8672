import test from 'ava'
import { bytes, codeOf, pair } from './support.js'

test('discard: the peer reads what had arrived, then ERR_CAMIO_RESET for good', async (t) => {
  const { near, far } = await pair(t)
  near.tryWrite(bytes(1))
  await near.close({ discard: true })
  t.deepEqual(far.tryRead(), bytes(1))
  far.release()
  for (let i = 0; i < 3; i++) t.is(await codeOf(() => far.tryRead()), 'ERR_CAMIO_RESET')
  t.is(await codeOf(() => far.tryWrite(bytes(1))), 'ERR_CAMIO_RESET')
  t.false(far.ended)
})

test('a peer that closes without having read everything is ERR_CAMIO_RESET for the writer, at close too', async (t) => {
  const { near, far } = await pair(t)
  near.tryWrite(bytes(1))
  await far.close()
  t.is(await codeOf(() => near.close()), 'ERR_CAMIO_RESET')
})

test('a peer that closes having read everything is the end; writing to it is ERR_CAMIO_RESET', async (t) => {
  const { near, far } = await pair(t)
  near.tryWrite(bytes(1))
  far.tryRead()
  far.release()
  await far.close()
  t.is(near.tryRead(), null)
  t.true(near.ended)
  t.is(await codeOf(() => near.tryClaim(1)), 'ERR_CAMIO_RESET')
})

test('a claim that is out while the peer closes goes nowhere, and the next one says so', async (t) => {
  const { near, far } = await pair(t)
  near.tryClaim(10)
  await far.close()
  near.commit()
  t.is(await codeOf(() => near.close()), 'ERR_CAMIO_RESET')
})

test('a lease and a claim that are out when the stream closes are never lent to others', async (t) => {
  const { near, far } = await pair(t)
  near.tryWrite(bytes(1, 2, 3))
  const lease = far.tryRead()!
  const claim = far.tryClaim(3)!
  claim.set(bytes(4, 5, 6))
  await far.close()
  await near.close()
  const other = await pair(t)
  for (let i = 0; i < 1000; i++) other.near.tryWrite(new Uint8Array(1000).fill(9))
  t.deepEqual([lease, claim], [bytes(1, 2, 3), bytes(4, 5, 6)])
})

test('a claim that is out while the stream sleeps keeps its memory', async (t) => {
  const { near, far } = await pair(t)
  const claim = near.tryClaim(3)!
  const reading = far.read()
  claim.set(bytes(1, 2, 3))
  near.commit()
  t.deepEqual(await reading, bytes(1, 2, 3))
  far.release()
})
