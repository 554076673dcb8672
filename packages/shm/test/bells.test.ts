/** Bells: bytes in the socket between two ends, of which it holds only some hundreds. */
import { Selector } from '@camio/core'
import '@camio/shm'
import test from 'ava'
import { pair, turn } from './support/streams.js'

test('more bells than the socket holds, and none of them looked at: who sleeps after that is woken all the same', async (t) => {
  const { near, far } = await pair()
  const selector = new Selector().add(far)
  const bytes = new Uint8Array(8)
  // Within one turn of the event loop: each round sleeps, is rung for and sees the message by itself.
  for (let i = 0; i < 2000; i++) {
    t.is(selector.poll().length, 0)
    near.tryWrite(bytes)
    near.tryFlush()
    t.is(selector.poll()[0], far)
    far.readBatch(() => {})
  }
  selector.close()
  for (let i = 0; i < 3; i++) {
    const readable = far.readable()
    await turn()
    near.tryWrite(bytes)
    near.tryFlush()
    await readable
    t.is(
      far.readBatch(() => {}),
      1,
    )
  }
  await Promise.all([near.close(), far.close()])
})
