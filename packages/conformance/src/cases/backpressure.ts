import assert from 'node:assert/strict'
import { area, LINK, PAIR } from '../case.js'
import { fill, meanwhile, staysPending } from '../expect.js'
import { checkPattern, collectBytes, pattern, readExactly } from '../payload.js'

export const backpressure = area('backpressure', [
  {
    title: 'a slow reader stops the writer by a value, within bounds; everything accepted arrives',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const before = near.stats.write.backpressure
      const total = await fill(near)
      assert.ok(total > 0)
      assert.ok(near.stats.write.backpressure > before, 'refusals are counted')
      assert.equal(near.tryClaim(1024), null)
      assert.equal(near.tryClaimAt(1024), -1)
      assert.equal(near.tryWrite(pattern(0, 1024)), false)
      const reading = meanwhile(collectBytes(far))
      await near.end()
      const bytes = await reading
      assert.equal(bytes.length, total)
      checkPattern(bytes, 0)
    },
  },
  {
    title: 'writable() sleeps while the reader does, and wakes when the refused claim fits',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const piece = Math.min(64 * 1024, near.maxClaim)
      const total = await fill(near)
      assert.equal(near.tryClaim(piece), null)
      const waiting = meanwhile(near.writable())
      await staysPending(waiting, 'writable() on a full stream')
      const reading = meanwhile(readExactly(far, total))
      await waiting
      assert.ok(near.tryClaim(piece) !== null, 'the claim that was refused fits when writable() resolves')
      near.cancel()
      checkPattern(await reading, 0)
    },
  },
  {
    title: 'a refused small claim does not wait for a large one’s room',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const large = Math.min(32 * 1024, near.maxClaim)
      const total = await fill(near)
      assert.equal(near.tryClaim(large), null)
      // Not now either, or granted in what is left: both keep the rule; what counts is that the wait below ends.
      if (near.tryClaim(1) !== null) near.cancel()
      const waiting = meanwhile(near.writable())
      checkPattern(await readExactly(far, total), 0)
      await waiting
    },
  },
  {
    title: 'write() waits for room and loses nothing',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const total = await fill(near)
      const length = Math.min(10_000, near.maxClaim)
      const writing = meanwhile(near.write(pattern(total, length)))
      await staysPending(writing, 'write() on a full stream')
      const reading = meanwhile(collectBytes(far))
      await writing
      await near.end()
      const bytes = await reading
      assert.equal(bytes.length, total + length)
      checkPattern(bytes, 0)
    },
  },
  {
    title: 'a fast writer and a slow reader, woken again and again, lose nothing',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const piece = Math.min(20_000, near.maxClaim)
      const count = 600
      const writing = meanwhile(
        (async () => {
          for (let i = 0; i < count; i++) {
            const bytes = pattern(i * piece, piece)
            while (!near.tryWrite(bytes)) await near.writable()
          }
          await near.end()
        })(),
      )
      let position = 0
      for (;;) {
        const lease = await far.read()
        if (lease === null) break
        checkPattern(lease, position)
        position += lease.length
        far.release()
        if (position % 3 === 0) await new Promise<void>((resolve) => setImmediate(resolve))
      }
      await writing
      assert.equal(position, count * piece)
    },
  },
  {
    title: 'ping-pong: every wake-up comes',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const rounds = 500
      const echo = meanwhile(
        (async () => {
          for (let i = 0; i < rounds; i++) {
            const got = await readExactly(far, 8)
            await far.write(got)
          }
        })(),
      )
      for (let i = 0; i < rounds; i++) {
        await near.write(pattern(i * 8, 8))
        checkPattern(await readExactly(near, 8), i * 8)
      }
      await echo
    },
  },
])
