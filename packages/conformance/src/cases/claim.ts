import assert from 'node:assert/strict'
import { area, BYTES, MESSAGES, WRITES } from '../case.js'
import { throwsCode } from '../expect.js'
import { join, pattern, sameBytes, sameMessages } from '../payload.js'

export const claim = area('claim', [
  {
    title: 'is filled in place and arrives when committed',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const room = stream.tryClaim(300)
      assert.equal(room?.length, 300)
      room.set(pattern(0, 300))
      stream.commit()
      sameBytes(join(await arrived()), pattern(0, 300))
    },
  },
  {
    title: 'tryClaimAt gives the same room by its offset in claimBytes',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      for (let i = 0; i < 50; i++) {
        const offset = stream.tryClaimAt(100)
        assert.ok(offset >= 0)
        stream.claimBytes.set(pattern(i * 100, 100), offset)
        stream.commit(100)
      }
      sameBytes(join(await arrived()), pattern(0, 5000))
    },
  },
  {
    title: 'a commit may be shorter than the claim',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      for (const [from, length] of [
        [0, 10],
        [10, 1],
        [11, 64],
      ] as const) {
        stream.tryClaim(100)!.set(pattern(from, length))
        stream.commit(length)
      }
      sameBytes(join(await arrived()), pattern(0, 75))
    },
  },
  {
    title: 'a cancelled claim leaves no trace',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      stream.tryWrite(pattern(0, 10))
      stream.tryClaim(500)!.fill(33)
      stream.cancel()
      stream.tryWrite(pattern(10, 10))
      const got = await arrived()
      if (rig.messages) sameMessages(got, [pattern(0, 10), pattern(10, 10)])
      else sameBytes(join(got), pattern(0, 20))
    },
  },
  {
    title: 'a second claim while one is out is ERR_CAMIO_MISUSE and leaves the first alone',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const room = stream.tryClaim(10)!
      throwsCode(() => stream.tryClaim(10), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.tryClaimAt(10), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.tryWrite(pattern(0, 10)), 'ERR_CAMIO_MISUSE')
      room.set(pattern(0, 10))
      stream.commit()
      sameBytes(join(await arrived()), pattern(0, 10))
    },
  },
  {
    title: 'commit and cancel without a claim are ERR_CAMIO_MISUSE',
    needs: [WRITES],
    async run(rig) {
      const { stream } = await rig.sink()
      throwsCode(() => stream.commit(), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.commit(0), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.cancel(), 'ERR_CAMIO_MISUSE')
      stream.tryClaim(10)
      stream.cancel()
      throwsCode(() => stream.cancel(), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.commit(), 'ERR_CAMIO_MISUSE')
    },
  },
  {
    title: 'committing more than was claimed is ERR_CAMIO_MISUSE; the claim is still out',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const room = stream.tryClaim(10)!
      throwsCode(() => stream.commit(11), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.commit(-1), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.commit(Number.NaN), 'ERR_CAMIO_MISUSE')
      room.set(pattern(0, 10))
      stream.commit(10)
      sameBytes(join(await arrived()), pattern(0, 10))
    },
  },
  {
    title: 'a length that is none is ERR_CAMIO_MISUSE',
    needs: [WRITES],
    async run(rig) {
      const { stream } = await rig.sink()
      throwsCode(() => stream.tryClaim(-1), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.tryClaim(Number.NaN), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.tryClaimAt(-5), 'ERR_CAMIO_MISUSE')
    },
  },
  {
    title: 'commit(0) is an empty message',
    needs: [MESSAGES, WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      stream.tryClaim(10)
      stream.commit(0)
      stream.tryWrite(pattern(0, 3))
      sameMessages(await arrived(), [new Uint8Array(0), pattern(0, 3)])
    },
  },
  {
    title: 'commit(0) is nothing',
    needs: [BYTES, WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      stream.tryClaim(10)
      stream.commit(0)
      stream.tryWrite(pattern(0, 3))
      assert.equal(stream.stats.write.messages, 1)
      sameBytes(join(await arrived()), pattern(0, 3))
    },
  },
])
