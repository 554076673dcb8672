import assert from 'node:assert/strict'
import { area, LINK, MESSAGES, PAIR, READS } from '../case.js'
import { collect, pattern, sameMessages } from '../payload.js'

const EMPTY = new Uint8Array(0)

export const emptyMessages = area('empty messages', [
  {
    title: 'arrive as zero-length leases, not as the end',
    needs: [MESSAGES, LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(EMPTY)
      await far.readable()
      const lease = far.tryRead()
      assert.ok(lease !== null, 'an empty message is not null')
      assert.equal(lease.length, 0)
      assert.equal(far.ended, false)
      far.release()
      assert.equal(far.tryRead(), null)
    },
  },
  {
    title: 'keep their place among others',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = [EMPTY, pattern(0, 1), EMPTY, EMPTY, pattern(1, 2000), EMPTY]
      sameMessages(await collect(await rig.source(sent)), sent)
    },
  },
  {
    title: 'count in readBatch and in the stats',
    needs: [MESSAGES, PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      for (let i = 0; i < 3; i++) assert.equal(near.tryWrite(EMPTY), true)
      await near.end()
      let seen = 0
      while (!far.ended) {
        await far.readable()
        far.readBatch((_bytes, _offset, length) => {
          assert.equal(length, 0)
          seen++
        })
      }
      assert.equal(seen, 3)
      assert.equal(near.stats.write.messages, 3)
      assert.equal(far.stats.read.messages, 3)
      assert.equal(far.stats.read.bytes, 0)
    },
  },
])
