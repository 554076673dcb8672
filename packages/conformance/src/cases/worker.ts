import assert from 'node:assert/strict'
import { area, LINK, PAIR, PLAIN, READS, STORE } from '../case.js'
import { startWorker, task } from '../child/start.js'
import { next } from '../expect.js'
import { pattern, sameBytes } from '../payload.js'

const BYTES = 200_000

export const worker = area('worker threads', [
  {
    title: 'the scheme works in a worker, in two at once, and again later; each ends by itself',
    needs: [PAIR],
    async run(rig) {
      const address = () => rig.subject.harness.pair!.address()
      const start = async () => {
        const started = startWorker(rig, task(rig, 'round-trip', await address(), BYTES))
        await started.says('done')
        assert.equal(await started.ended, 0)
      }
      await Promise.all([start(), start()])
      await start()
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      sameBytes(await next(far), pattern(0, 10))
    },
  },
  {
    title: 'what is stored is read in a worker, in two at once; each ends by itself',
    needs: [STORE, READS, PLAIN],
    async run(rig) {
      const { store } = rig.subject.harness
      const uri = await store!.place()
      await store!.put(uri, pattern(0, BYTES))
      const start = async () => {
        const started = startWorker(rig, task(rig, 'read-stored', uri, BYTES))
        await started.says('done')
        assert.equal(await started.ended, 0)
      }
      await Promise.all([start(), start()])
      await start()
    },
  },
  {
    title: 'a worker that is terminated while it waits takes nothing with it',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const started = startWorker(rig, task(rig, 'wait', await rig.subject.harness.pair!.address()))
      await started.says('waiting')
      await started.terminate()
      await near.write(pattern(0, 10))
      sameBytes(await next(far), pattern(0, 10))
    },
  },
])
