import assert from 'node:assert/strict'
import { area, BYTES, LINK, MESSAGES, PAIR, PLAIN, READS, STORE, UNGUARDED, WRITES } from '../case.js'
import { turns } from '../expect.js'
import { messages, pattern, sameBytes } from '../payload.js'

export const copies = area('copies', [
  {
    title: 'a message written in place and lent costs what features.copies says, no more',
    needs: [LINK, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair()
      const before = near.stats.write.copies
      const count = 20
      for (let i = 0; i < count; i++) {
        const offset = near.tryClaimAt(1000)
        assert.ok(offset >= 0)
        near.claimBytes.set(pattern(i * 1000, 1000), offset)
        near.commit(1000)
        await near.flush()
        let received = 0
        while (received < 1000) {
          const lease = await far.read()
          received += lease!.length
          far.release()
        }
      }
      const made = near.stats.write.copies - before
      assert.ok(made <= count * near.features.copies.write, `write: ${made} copies`)
      // A lease of a byte stream may come in several pieces.
      const leases = far.stats.read.messages
      assert.ok(far.stats.read.copies <= leases * far.features.copies.read, `read: ${far.stats.read.copies} copies`)
    },
  },
  {
    title: 'what is stored is lent at the cost that features.copies says, no more',
    needs: [STORE, READS, PLAIN],
    async run(rig) {
      const stream = await rig.source(messages(100, 10_000))
      for await (const lease of stream) assert.ok(lease.length > 0)
      const { copies: made, messages: leases } = stream.stats.read
      assert.ok(made <= leases * stream.features.copies.read, `${made} copies for ${leases} leases`)
    },
  },
  {
    title: 'tryWrite makes one copy more and counts it',
    needs: [WRITES, PLAIN],
    async run(rig) {
      const { stream } = await rig.sink()
      const before = stream.stats.write.copies
      for (const message of messages(10, 100)) assert.equal(stream.tryWrite(message), true)
      await stream.flush()
      const made = stream.stats.write.copies - before
      // A byte stream may hand several commits to the transport as one piece.
      assert.ok(made >= 10, `${made} copies for 10 messages`)
      assert.ok(made <= 10 * (1 + stream.features.copies.write), `${made} copies for 10 messages`)
    },
  },
  {
    title: 'a lease is the transport’s memory: what the reader changes is still changed when the rest is lent again',
    needs: [PAIR, BYTES, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 100))
      const lease = await far.read()
      lease![50] = 1
      far.release(50)
      await near.write(pattern(100, 10))
      const again = await far.read()
      assert.equal(again![0], 1, 'the lease was a copy')
      sameBytes(again!.subarray(1), pattern(51, 59))
      far.release()
    },
  },
  {
    title: 'a rest that must be joined with what follows is one copy each time, counted',
    needs: [PAIR, BYTES, UNGUARDED],
    async run(rig) {
      const { near, far } = await rig.pair()
      const before = far.stats.read.copies
      await near.write(pattern(0, 100))
      await far.read()
      far.release(50)
      await near.write(pattern(100, 100))
      sameBytes((await far.read())!, pattern(50, 150))
      far.release()
      const made = far.stats.read.copies - before
      assert.ok(made <= 2 + 2 * far.features.copies.read, `${made} copies for one rest`)
    },
  },
  {
    title: 'leases are the transport’s memory: not one buffer a message',
    needs: [PAIR, MESSAGES, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair()
      const buffers = new Set<ArrayBufferLike>()
      for (let i = 0; i < 64; i++) {
        await near.write(pattern(i, 200))
        const lease = await far.read()
        buffers.add(lease!.buffer)
        far.release()
      }
      assert.ok(buffers.size < 32, `64 leases in ${buffers.size} buffers`)
    },
  },
  {
    title: 'where both ends share a memory, claim and lease are the same bytes',
    needs: [PAIR, MESSAGES, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair()
      if (near.region === undefined || near.region !== far.region) return
      const claim = near.tryClaim(64)!
      claim.set(pattern(0, 64))
      near.commit()
      await turns(1)
      const lease = far.tryRead()!
      assert.equal(lease.buffer, claim.buffer)
      assert.equal(lease.byteOffset, claim.byteOffset)
      far.release()
    },
  },
])
