import assert from 'node:assert/strict'
import { area, LINK, PAIR } from '../case.js'
import { fill, meanwhile, next } from '../expect.js'
import { checkPattern, collectBytes, pattern, sameBytes } from '../payload.js'

const REASON = new Error('aborted by the test')

export const abort = area('abort', [
  {
    title: 'a waiting read rejects with the reason; the next read gets what came',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      for (let i = 0; i < 20; i++) {
        const controller = new AbortController()
        const reading = meanwhile(assert.rejects(far.read({ signal: controller.signal }), REASON))
        controller.abort(REASON)
        await reading
        await near.write(pattern(i * 10, 10))
        sameBytes(await next(far), pattern(i * 10, 10))
      }
    },
  },
  {
    title: 'an aborted signal rejects at once and takes nothing',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const signal = AbortSignal.abort(REASON)
      await assert.rejects(far.readable({ signal }), REASON)
      await assert.rejects(near.write(pattern(0, 10), { signal }), REASON)
      await near.write(pattern(50, 10))
      sameBytes(await next(far), pattern(50, 10))
    },
  },
  {
    title: 'an aborted write that waits writes nothing of a message, and the stream goes on',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const total = await fill(near)
      const controller = new AbortController()
      const refused = Math.min(8192, near.maxClaim)
      const writing = meanwhile(
        assert.rejects(near.write(pattern(total, refused), { signal: controller.signal }), REASON),
      )
      const waiting = meanwhile(assert.rejects(near.writable({ signal: controller.signal }), REASON))
      controller.abort(REASON)
      await Promise.all([writing, waiting])
      const reading = meanwhile(collectBytes(far))
      await near.write(pattern(total, 100))
      await near.end()
      const bytes = await reading
      assert.equal(bytes.length, total + 100)
      checkPattern(bytes, 0)
    },
  },
  {
    title: 'an aborted flush or end leaves the stream open for more; nothing accepted is lost',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      let total = await fill(near)
      const controller = new AbortController()
      const { signal } = controller
      const flushing = near.flush({ signal }).catch((error: unknown) => error)
      const ending = near.end({ signal }).catch((error: unknown) => error)
      controller.abort(REASON)
      const [flushed, ended] = await Promise.all([flushing, ending])
      // A transport that had taken everything was done before the abort.
      for (const outcome of [flushed, ended]) assert.ok(outcome === undefined || outcome === REASON, String(outcome))
      const reading = meanwhile(collectBytes(far))
      if (ended === REASON) {
        await near.write(pattern(total, 100))
        total += 100
        await near.end()
      }
      const bytes = await reading
      assert.equal(bytes.length, total)
      checkPattern(bytes, 0)
    },
  },
  {
    title: 'one waiter’s abort leaves the others waiting',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const controller = new AbortController()
      const patient = meanwhile(far.readable())
      const impatient = meanwhile(assert.rejects(far.readable({ signal: controller.signal }), REASON))
      controller.abort(REASON)
      await impatient
      await near.write(pattern(0, 10))
      await patient
      sameBytes(await next(far), pattern(0, 10))
    },
  },
  {
    title: 'a signal that is used again and again keeps no listeners',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const { signal } = new AbortController()
      let listeners = 0
      const { addEventListener, removeEventListener } = signal
      signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        listeners++
        addEventListener.apply(signal, args)
      }
      signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        listeners--
        removeEventListener.apply(signal, args)
      }
      for (let i = 0; i < 10; i++) {
        const reading = meanwhile(far.read({ signal }))
        await near.write(pattern(i, 1))
        await reading
        far.release()
      }
      assert.equal(listeners, 0)
    },
  },
])
