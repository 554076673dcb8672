import assert from 'node:assert/strict'
import { area, PAIR, UNGUARDED, WRITES } from '../case.js'
import { meanwhile, throwsCode } from '../expect.js'
import { collectBytes, join, messages, pattern, sameBytes, sameMessages } from '../payload.js'

export const writeLists = area('writing lists', [
  {
    title: 'tryWriteBatch takes the messages of a list in their order, from where it is told to',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const list = [pattern(0, 20), pattern(20, 100), pattern(120, 17), pattern(137, 64)]
      assert.equal(stream.tryWriteBatch(list.slice(0, 2)), 2)
      assert.equal(stream.tryWriteBatch(list, 2), 2)
      assert.equal(stream.tryWriteBatch(list, list.length), 0)
      assert.equal(stream.tryWriteBatch([]), 0)
      if (rig.messages) sameMessages(await arrived(), list)
      else sameBytes(join(await arrived()), join(list))
    },
  },
  {
    title: 'tryWriteBatch counts every message and its copy',
    needs: [WRITES, UNGUARDED],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const before = stream.stats.write.toJSON()
      assert.equal(stream.tryWriteBatch(messages(10, 30)), 10)
      const after = stream.stats.write.toJSON()
      const copies = after.copies - before.copies
      assert.deepEqual([after.messages - before.messages, after.bytes - before.bytes], [10, 300])
      assert.ok(copies >= 10 && copies <= 10 * (1 + stream.features.copies.write), `${copies} copies for 10 messages`)
      await arrived()
    },
  },
  {
    title: 'tryWriteBatch stops where there is no room, and goes on from there',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const list = Array.from({ length: 64 }, (_, index) => pattern(index * 1000, 1000))
      let sent = 0
      /** @returns whether all the rest of the list was taken */
      const write = (): boolean => {
        const from = sent % list.length
        const taken = near.tryWriteBatch(list, from)
        sent += taken
        return taken === list.length - from
      }
      // Nobody reads: it fills up.
      while (write());
      const total = (Math.floor(sent / list.length) + 2) * list.length
      const got = meanwhile(collectBytes(far))
      while (sent < total) if (!write()) await near.writable()
      await near.end()
      const round = join(list)
      sameBytes(await got, join(Array.from({ length: total / list.length }, () => round)))
    },
  },
  {
    title: 'tryWriteBatch tells of a message that can never be sent, behind those before it',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const { maxClaim } = stream
      if (maxClaim > 1 << 26) return
      const list = [pattern(0, 20), new Uint8Array(maxClaim + 1), pattern(20, 20)]
      assert.equal(stream.tryWriteBatch(list), 1)
      throwsCode(() => stream.tryWriteBatch(list, 1), 'ERR_CAMIO_TOO_LARGE')
      assert.equal(stream.tryWriteBatch(list, 2), 1)
      sameBytes(join(await arrived()), pattern(0, 40))
    },
  },
])
