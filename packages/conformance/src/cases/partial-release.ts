import assert from 'node:assert/strict'
import { area, BYTES, PAIR, READS } from '../case.js'
import { meanwhile, rejectsCode, staysPending, throwsCode } from '../expect.js'
import { checkPattern, collectBytes, messages, pattern, sameBytes } from '../payload.js'

export const partialRelease = area('partial release', [
  {
    title: 'the rest counts as examined: it is not offered again until more arrives, and then contiguous with that',
    needs: [BYTES, PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      const lease = await far.read()
      sameBytes(lease!, pattern(0, 10))
      assert.equal(far.release(4), true)
      assert.equal(far.tryRead(), null)
      const waiting = meanwhile(far.readable())
      await staysPending(waiting, 'readable() before anything new')
      await near.write(pattern(10, 5))
      await waiting
      sameBytes(far.tryRead()!, pattern(4, 11))
      far.release()
    },
  },
  {
    title: 'releasing nothing asks for more',
    needs: [BYTES, PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      for (let length = 1; length <= 40; length++) {
        await near.write(pattern(length - 1, 1))
        const lease = await far.read()
        sameBytes(lease!, pattern(0, length))
        far.release(0)
      }
      assert.equal(far.tryRead(), null)
    },
  },
  {
    title: 'the rest is offered once more at the end, then it is over',
    needs: [BYTES, PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      await far.read()
      far.release(7)
      const waiting = meanwhile(far.readable())
      await near.end()
      await waiting
      assert.equal(far.ended, false)
      const lease = await far.read()
      sameBytes(lease!, pattern(7, 3))
      far.release()
      assert.equal(await far.read(), null)
      assert.equal(far.ended, true)
    },
  },
  {
    title: 'releasing more than was lent is ERR_CAMIO_MISUSE; the lease is still out',
    needs: [BYTES, READS],
    async run(rig) {
      const stream = await rig.source([pattern(0, 10)])
      const lease = await stream.read()
      throwsCode(() => stream.release(lease!.length + 1), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.release(-1), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.release(Number.NaN), 'ERR_CAMIO_MISUSE')
      stream.release(0)
      sameBytes(await collectBytes(stream), pattern(0, 10))
    },
  },
  {
    title: 'a reader that consumes odd pieces sees every byte once',
    needs: [BYTES, READS],
    async run(rig) {
      const total = 300 * 1000
      const stream = await rig.source(messages(300, 1000))
      let position = 0
      for (let turn = 1; position < total; turn++) {
        const lease = await stream.read()
        assert.ok(lease !== null, `ended at ${position}`)
        checkPattern(lease, position)
        const consumed = position + lease.length === total ? lease.length : Math.floor(lease.length / ((turn % 3) + 1))
        position += consumed
        stream.release(consumed)
      }
      assert.equal(await stream.read(), null)
    },
  },
  {
    title: 'a lease grows up to max-lease, then reading is ERR_CAMIO_TOO_LARGE',
    needs: [BYTES, PAIR],
    async run(rig) {
      const limit = 64 * 1024
      const { near, far } = await rig.pair({ 'max-lease': limit })
      const writing = async () => {
        for (let from = 0; from < limit * 4; from += 4096) await near.write(pattern(from, 4096))
      }
      writing().catch(() => {})
      let longest = 0
      const greedy = async () => {
        for (;;) {
          const lease = await far.read()
          assert.ok(lease !== null)
          checkPattern(lease, 0)
          longest = lease.length
          far.release(0)
        }
      }
      await rejectsCode(greedy(), 'ERR_CAMIO_TOO_LARGE')
      assert.ok(longest <= limit, `a lease of ${longest} bytes is over max-lease`)
      assert.ok(longest >= limit / 4, `a lease grew to ${longest} bytes only`)
    },
  },
])
