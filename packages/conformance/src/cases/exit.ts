import assert from 'node:assert/strict'
import { area, LINK, PLAIN, READS, STORE } from '../case.js'
import { startProcess, task } from '../child/start.js'
import { pattern } from '../payload.js'

export const exit = area('process exit', [
  {
    title: 'open streams and a listener that nobody waits for let the process exit',
    needs: [LINK],
    async run(rig) {
      const child = startProcess(rig, task(rig, 'idle', await rig.subject.harness.pair!.address()))
      await child.says('idle')
      assert.deepEqual(await child.ended, { words: ['idle'], code: 0, signal: null })
    },
  },
  {
    title: 'an open stream that nobody waits for lets the process exit',
    needs: [STORE, READS, PLAIN],
    async run(rig) {
      const { store } = rig.subject.harness
      const uri = await store!.place()
      await store!.put(uri, pattern(0, 1000))
      const child = startProcess(rig, task(rig, 'idle-stored', uri))
      await child.says('idle')
      assert.deepEqual(await child.ended, { words: ['idle'], code: 0, signal: null })
    },
  },
  {
    title: 'a process that waits stays',
    needs: [LINK],
    async run(rig) {
      const child = startProcess(rig, task(rig, 'wait', await rig.subject.harness.pair!.address()))
      assert.deepEqual(await child.ended, { words: ['waiting', 'read'], code: 0, signal: null })
    },
  },
  {
    title: 'unless what it waits for was unref’ed',
    needs: [LINK],
    async run(rig) {
      const child = startProcess(rig, task(rig, 'wait-unref', await rig.subject.harness.pair!.address()))
      assert.deepEqual((await child.ended).words, ['waiting'])
    },
  },
])
