import assert from 'node:assert/strict'
import { area, LINK, PAIR } from '../case.js'
import { fill, meanwhile, next, staysPending } from '../expect.js'
import { collectBytes, pattern, sameBytes } from '../payload.js'

export const waiters = area('waiters', [
  {
    title: 'any number may wait for reading; all are told',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const waits = [far.readable(), far.readable(), far.readable()].map(meanwhile)
      await near.write(pattern(0, 10))
      await Promise.all(waits)
      sameBytes(await next(far), pattern(0, 10))
    },
  },
  {
    title: 'readable() is level-triggered: it resolves as long as something is at hand',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      for (let i = 0; i < 3; i++) await far.readable()
      await next(far)
      await staysPending(far.readable(), 'readable() after everything was read')
    },
  },
  {
    title: 'any number may wait for writing; all are told',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await fill(near)
      const waits = [near.writable(), near.writable()].map(meanwhile)
      const reading = meanwhile(collectBytes(far))
      await Promise.all(waits)
      await near.end()
      await reading
    },
  },
  {
    title: 'writable() resolves at once on an idle stream, flush() where nothing is to do',
    needs: [LINK],
    async run(rig) {
      const { near } = await rig.pair()
      await near.writable()
      await near.flush()
    },
  },
  {
    title: 'wake-ups are counted, and only those that somebody waited for',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const before = far.stats.read.wakeUps
      const waiting = meanwhile(far.readable())
      await near.write(pattern(0, 10))
      await waiting
      assert.ok(far.stats.read.wakeUps > before, 'the wake-up is counted')
      await next(far)
      const after = far.stats.read.wakeUps
      await near.write(pattern(0, 10))
      await near.flush()
      assert.equal(far.stats.read.wakeUps, after, 'nobody waited')
    },
  },
])
