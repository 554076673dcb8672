import assert from 'node:assert/strict'
import { area, LINK, PAIR, READS } from '../case.js'
import { meanwhile, next, rejectsCode, throwsCode } from '../expect.js'
import { checkPattern, collectBytes, messages, pattern, sameBytes } from '../payload.js'

export const end = area('end', [
  {
    title: 'the reader gets everything, then null with ended, again and again',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source(messages(20, 100))
      assert.equal(stream.ended, false)
      const bytes = await collectBytes(stream)
      assert.equal(bytes.length, 2000)
      checkPattern(bytes, 0)
      for (let i = 0; i < 3; i++) {
        assert.equal(stream.ended, true)
        assert.equal(stream.tryRead(), null)
        assert.equal(await stream.read(), null)
        await stream.readable()
      }
    },
  },
  {
    title: 'nothing at all is just the end',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source([])
      assert.equal(await stream.read(), null)
      assert.equal(stream.ended, true)
    },
  },
  {
    title: 'ended is false until the last lease was taken',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      await near.end()
      await far.readable()
      assert.equal(far.ended, false)
      await next(far)
      assert.equal(await far.read(), null)
      assert.equal(far.ended, true)
    },
  },
  {
    title: 'wakes a waiting reader',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const reading = meanwhile(far.read())
      await near.end()
      assert.equal(await reading, null)
    },
  },
  {
    title: 'writing after it is ERR_CAMIO_ENDED; ending twice is fine',
    needs: [LINK],
    async run(rig) {
      const { near } = await rig.pair()
      await near.end()
      await near.end()
      throwsCode(() => near.tryClaim(1), 'ERR_CAMIO_ENDED')
      throwsCode(() => near.tryWrite(pattern(0, 1)), 'ERR_CAMIO_ENDED')
      await rejectsCode(near.write(pattern(0, 1)), 'ERR_CAMIO_ENDED')
    },
  },
  {
    title: 'is one direction’s: the other goes on',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      await near.end()
      sameBytes(await collectBytes(far), pattern(0, 10))
      for (let i = 0; i < 5; i++) {
        await far.write(pattern(i * 100, 100))
        sameBytes(await next(near), pattern(i * 100, 100))
      }
      await far.end()
      assert.equal(await near.read(), null)
    },
  },
  {
    title: 'what was committed in the same turn is delivered before it',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      assert.equal(near.tryWrite(pattern(0, 5000)), true)
      const ending = meanwhile(near.end())
      sameBytes(await collectBytes(far), pattern(0, 5000))
      await ending
    },
  },
])
