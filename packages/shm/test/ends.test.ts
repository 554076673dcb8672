/** What an end that leaves takes with it: nothing is lost that somebody was told had arrived. */
import test from 'ava'
import { COUNT, DATA, HEAD, OLDEST, PADDING, RECORD_HEADER, ringLength, WRITER_STATE } from '../dist/ring/layout.js'
import { LossyReader } from '../dist/ring/lossy-reader.js'
import type { Region } from '../dist/ring/region.js'
import { pair, turn } from './support/streams.js'

for (const tells of ['flush', 'end', 'close'] as const) {
  for (const known of [true, false]) {
    const when = known ? 'and that is known' : 'just now'
    test(`the reader closes while a claim is out, ${when}: ${tells}() says that the message is lost`, async (t) => {
      const { near, far } = await pair()
      near.tryClaim(10)
      await far.close()
      for (let i = 0; known && i < 20; i++) await turn()
      near.commit()
      await t.throwsAsync(near[tells](), { code: 'ERR_CAMIO_RESET' })
      await near.close({ discard: true }).catch(() => {})
    })
  }
}

test('the reader closes after it has read everything: nothing is lost', async (t) => {
  const { near, far } = await pair()
  await near.write(new Uint8Array(10))
  t.is((await far.read())!.length, 10)
  far.release()
  await far.close()
  for (let i = 0; i < 20; i++) await turn()
  await t.notThrowsAsync(near.flush())
  await near.close()
})

test('an end that leaves something unread resets the other one', async (t) => {
  const { near, far } = await pair()
  for (const end of [near, far]) {
    await end.write(Uint8Array.of(2))
    await end.flush()
  }
  await far.close()
  t.deepEqual([...(await near.read())!], [2])
  near.release()
  await t.throwsAsync(near.read(), { code: 'ERR_CAMIO_RESET' })
  await near.close()
})

test('a lossy reader that skipped messages counts them at the end, though none comes behind them', (t) => {
  const capacity = 4096
  const memory = (length: number) => {
    const buffer = new ArrayBuffer(length)
    return { buffer, bytes: new Uint8Array(buffer), words: new Int32Array(buffer), length } as unknown as Region
  }
  const ring = memory(ringLength(capacity))
  const counters = new Float64Array(16)
  const reader = new LossyReader(ring, memory(4096), { position: 0, sequence: 0 }, counters)
  // All that is left when it looks is the padding at the ring's end: the message behind it is not published yet.
  const oldest = capacity - RECORD_HEADER
  ring.words[(DATA + oldest) >> 2] = PADDING
  ring.words[OLDEST] = oldest
  ring.words[HEAD] = capacity
  t.false(reader.next())
  t.is(reader.fault, null)
  t.false(reader.finished)
  ring.words[COUNT] = 7
  ring.words[WRITER_STATE] = 1
  t.true(reader.finished)
  t.true(reader.finished)
  t.is(counters[6], 7)
})
