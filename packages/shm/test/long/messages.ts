/** Many messages between two processes, every byte of them checked. */
import assert from 'node:assert/strict'
import { listen } from '@camio/core'
import '@camio/shm'
import { startActor } from '../support/actors.js'
import { freshName } from '../support/names.js'
import { checkStamp } from '../support/stamp.js'

/** @param most bytes of the largest message */
export async function messages(count: number, most: number): Promise<void> {
  const listener = await listen(freshName())
  const actor = startActor({ role: 'write', uri: listener.uri, count, most })
  const stream = await listener.accept()
  let number = 0
  while (!stream.ended) {
    const got = stream.readBatch((bytes, offset, length) => {
      assert.equal(checkStamp(bytes, offset, length).number, number)
      number++
    })
    if (got === 0 && !stream.ended) await stream.readable()
  }
  assert.equal(number, count)
  await stream.close()
  await listener.close()
  assert.equal(await actor.ended, 0, actor.complaints)
}
