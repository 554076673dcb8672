import assert from 'node:assert/strict'
import { area, LINK, PAIR } from '../case.js'
import { meanwhile } from '../expect.js'
import { collectBytes, pattern, sameBytes } from '../payload.js'
import type { Pair, Rig } from '../rig.js'

/** Two streams that were opened with `CAMIO_DEBUG=lease`. */
async function guarded(rig: Rig): Promise<Pair> {
  const before = process.env.CAMIO_DEBUG
  process.env.CAMIO_DEBUG = 'lease'
  try {
    return await rig.pair()
  } finally {
    if (before === undefined) delete process.env.CAMIO_DEBUG
    else process.env.CAMIO_DEBUG = before
  }
}

export const debug = area('CAMIO_DEBUG=lease', [
  {
    title: 'a lease is gone when it was released, a claim when it was committed or cancelled',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await guarded(rig)
      const claim = near.tryClaim(100)!
      claim.set(pattern(0, 100))
      near.commit()
      assert.equal(claim.length, 0, 'the claim is detached')
      const lease = await far.read()
      sameBytes(lease!, pattern(0, 100))
      far.release()
      assert.equal(lease!.length, 0, 'the lease is detached')
      const unused = near.tryClaim(10)!
      near.cancel()
      assert.equal(unused.length, 0)
    },
  },
  {
    title: 'everything else is as before',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await guarded(rig)
      const reading = meanwhile(collectBytes(far))
      for (let i = 0; i < 50; i++) await near.write(pattern(i * 1000, 1000))
      await near.end()
      sameBytes(await reading, pattern(0, 50_000))
      assert.equal(far.ended, true)
      assert.equal(near.stats.write.bytes, 50_000)
      assert.equal(far.stats.read.bytes, 50_000)
    },
  },
])
