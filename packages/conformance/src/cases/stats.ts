import assert from 'node:assert/strict'
import { area, PAIR } from '../case.js'
import { fill } from '../expect.js'
import { collectBytes, pattern } from '../payload.js'

export const stats = area('stats', [
  {
    title: 'count bytes and messages of both directions apart, the same at both ends',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const reading = [collectBytes(near), collectBytes(far)]
      for (let i = 0; i < 10; i++) await near.write(pattern(i * 70, 70))
      for (let i = 0; i < 4; i++) await far.write(pattern(i * 30, 30))
      await Promise.all([near.end(), far.end()])
      await Promise.all(reading)
      assert.deepEqual([near.stats.write.bytes, far.stats.read.bytes], [700, 700])
      assert.deepEqual([far.stats.write.bytes, near.stats.read.bytes], [120, 120])
      assert.deepEqual([near.stats.write.messages, far.stats.write.messages], [10, 4])
      if (rig.messages) assert.deepEqual([far.stats.read.messages, near.stats.read.messages], [10, 4])
      else assert.ok(far.stats.read.messages >= 1 && far.stats.read.messages <= 700)
    },
  },
  {
    title: 'stay readable after close, and do not change any more',
    needs: [PAIR],
    async run(rig) {
      const { near } = await rig.pair()
      const total = await fill(near)
      await near.close({ discard: true })
      const kept = JSON.stringify(near.stats)
      assert.equal(near.stats.write.bytes, total)
      assert.ok(near.stats.write.backpressure > 0)
      await rig.dispose()
      assert.equal(JSON.stringify(near.stats), kept)
    },
  },
])
