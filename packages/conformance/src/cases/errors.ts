import assert from 'node:assert/strict'
import { area, PAIR } from '../case.js'
import { PEER_GONE, rejectsCode, throwsCode, writeUntilBroken } from '../expect.js'
import { checkPattern, pattern } from '../payload.js'

export const errors = area('errors', [
  {
    title: 'writing to a peer that is gone breaks the stream, with the same error every time',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await far.close({ discard: true })
      const first = await writeUntilBroken(near)
      for (let i = 0; i < 3; i++) {
        const again = throwsCode(() => near.tryClaim(1), first.code)
        assert.equal(again.code, first.code)
        await rejectsCode(near.write(pattern(0, 1)), first.code)
      }
      await near.readable()
      await near.writable()
      throwsCode(() => near.tryRead(), ...PEER_GONE)
      throwsCode(() => near.tryRead(), ...PEER_GONE)
      await rejectsCode(near.read(), ...PEER_GONE)
      assert.equal(near.ended, false)
    },
  },
  {
    title: 'what was received before the error is read first',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await far.write(pattern(0, 1000))
      await near.readable()
      await far.close()
      await writeUntilBroken(near)
      let position = 0
      const reading = async () => {
        for (let lease = await near.read(); lease !== null; lease = await near.read()) {
          checkPattern(lease, position)
          position += lease.length
          near.release()
        }
      }
      await rejectsCode(reading(), ...PEER_GONE)
      assert.equal(position, 1000)
    },
  },
  {
    title: 'close() does not repeat an error that the program has seen',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await far.close({ discard: true })
      await writeUntilBroken(near)
      await near.close()
    },
  },
  {
    title: 'a peer that closes normally is an end, not an error',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await far.write(pattern(0, 10))
      await far.close()
      let position = 0
      for await (const lease of near) {
        checkPattern(lease, position)
        position += lease.length
      }
      assert.equal(position, 10)
      assert.equal(near.ended, true)
      await near.close()
    },
  },
])
