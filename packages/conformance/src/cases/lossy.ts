/** Transports that may lose messages: what arrives is whole, what is lost is counted where it can be known, nothing grows. */
import assert from 'node:assert/strict'
import type { Stream } from '@camio/core'
import { area, CONNECTIONLESS, LOSSY, UNGUARDED } from '../case.js'
import { startWorker, task } from '../child/start.js'
import { checkError, meanwhile, next, PEER_GONE, rejectsCode, staysPending, throwsCode, turns } from '../expect.js'
import { gc } from '../gc.js'
import { messages, pattern, sameBytes, sameMessages } from '../payload.js'

/** Sends them, and waits until the first is there. */
async function send(near: Stream, far: Stream, sent: readonly Uint8Array[]): Promise<void> {
  for (const message of sent) assert.equal(near.tryWrite(message), true)
  await near.flush()
  await far.readable()
  // On one host the others are there, too, when the transport has had a moment.
  await turns()
}

/** The next `count` messages. */
async function take(stream: Stream, count: number): Promise<Uint8Array[]> {
  const got: Uint8Array[] = []
  while (got.length < count) got.push(await next(stream))
  return got
}

/** Sends `message` until it arrives, behind what is under way. */
async function arrives(near: Stream, far: Stream, message: Uint8Array): Promise<void> {
  for (let found = false; !found; await turns()) {
    near.tryWrite(message)
    far.readBatch((bytes, offset, length) => {
      found ||= Buffer.compare(bytes.subarray(offset, offset + length), message) === 0
    })
  }
}

/** How many messages the flood has, and how long one is. */
const FLOOD = 80_000
const DROP = 1400
/** How much more memory a flooded process may use. */
const BOUND = 64 * 1024 * 1024

/** Bytes that the heap and everything that hangs on it take. */
function memory(): number {
  gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export const lossy = area('lossy messages', [
  {
    title: 'each arrives whole, whatever its size',
    needs: [LOSSY],
    async run(rig) {
      const { near, far } = await rig.pair()
      const lengths = [0, 1, 2, 63, 64, 65, 1400, 1500, 9000, Math.min(near.maxClaim, 32_768)]
      for (const length of lengths.filter((one) => one <= near.maxClaim)) {
        await near.write(pattern(length, length))
        sameBytes(await next(far), pattern(length, length))
      }
    },
  },
  {
    title: 'readBatch hands over what is at hand, message by message',
    needs: [LOSSY],
    async run(rig) {
      const { near, far } = await rig.pair()
      const sent = [...messages(8, 33), new Uint8Array(0), pattern(0, 5), ...messages(3, 100)]
      await send(near, far, sent)
      const got: Uint8Array[] = []
      while (got.length < sent.length) {
        await far.readable()
        const before = got.length
        const count = far.readBatch((bytes, offset, length) => {
          got.push(bytes.slice(offset, offset + length))
        }, 5)
        assert.equal(got.length - before, count)
        assert.ok(count <= 5)
      }
      sameMessages(got, sent)
    },
  },
  {
    title: 'a batch that is stopped, or whose handler throws, has consumed the current message and no more',
    needs: [LOSSY],
    async run(rig) {
      const { near, far } = await rig.pair()
      const sent = messages(6, 20)
      await send(near, far, sent)
      assert.equal(
        far.readBatch(() => false),
        1,
      )
      const failure = new Error('handler')
      const broken = () =>
        far.readBatch(() => {
          throw failure
        })
      assert.throws(broken, failure)
      far.readBatch(() => {
        throwsCode(() => far.tryRead(), 'ERR_CAMIO_MISUSE')
        return false
      })
      sameMessages(await take(far, 3), sent.slice(3))
    },
  },
  {
    title: 'tryReadBatch lends several messages under one release; they stay while more arrive',
    needs: [LOSSY],
    async run(rig) {
      const { near, far } = await rig.pair()
      const sent = messages(12, 40)
      await send(near, far, sent)
      const got: Uint8Array[] = []
      while (got.length < sent.length) {
        await far.readable()
        const batch = far.tryReadBatch(5)
        assert.ok(batch !== null && batch.length >= 1 && batch.length <= 5)
        await near.write(pattern(7, 40))
        await turns()
        got.push(...batch.map((message) => message.slice()))
        throwsCode(() => far.tryRead(), 'ERR_CAMIO_MISUSE')
        far.release()
      }
      sameMessages(got.slice(0, sent.length), sent)
    },
  },
  {
    title: 'a lease stays as it is while more arrives',
    needs: [LOSSY],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 1000))
      const lease = (await far.read())!
      for (let i = 1; i < 9; i++) await near.write(pattern(i * 1000, 1000))
      await turns()
      sameBytes(lease, pattern(0, 1000))
      // Where a source may overwrite a lease it says so at the release.
      assert.equal(far.release(), true)
      for (let i = 1; i < 9; i++) sameBytes(await next(far), pattern(i * 1000, 1000))
    },
  },
  {
    title: 'what is larger than the reader’s max-message is whole or counted as lost, never cut; the stream goes on',
    needs: [LOSSY],
    async run(rig) {
      const listener = await rig.listen({ 'max-message': 1000 })
      const { near, far } = await rig.connect(listener)
      const before = far.stats.read.overruns
      const large = pattern(0, Math.min(5000, near.maxClaim))
      await near.write(large)
      await near.write(pattern(50, 1000))
      let got = await next(far)
      if (got.length !== 1000) {
        sameBytes(got, large)
        got = await next(far)
      } else {
        assert.ok(far.stats.read.overruns > before, 'a message was lost, and that is not counted')
      }
      sameBytes(got, pattern(50, 1000))
    },
  },
  {
    title:
      'more than the reader takes: nothing grows, what arrives is whole and in no larger number, the stream goes on',
    needs: [LOSSY, UNGUARDED],
    async run(rig) {
      const { near, far } = await rig.pair()
      const before = memory()
      const message = pattern(0, DROP)
      let sent = 0
      for (let i = 0; i < FLOOD; i++) {
        if (near.tryWrite(message)) sent++
        else await turns(1)
      }
      await near.flush()
      await turns()
      assert.ok(memory() - before < BOUND, 'what nobody reads is kept')
      let arrived = 0
      const look = (bytes: Uint8Array, offset: number, length: number): void => {
        arrived++
        if (arrived % 100 === 1) sameBytes(bytes.slice(offset, offset + length), message)
      }
      for (let vain = 0; vain < 3; vain++) {
        while (far.readBatch(look) > 0) vain = 0
        await turns()
      }
      const { overruns } = far.stats.read
      assert.ok(arrived > 0 && arrived + overruns <= sent, `${arrived} arrived and ${overruns} were lost of ${sent}`)
      await arrives(near, far, pattern(9, 9))
    },
  },
  {
    title: 'stats count both directions apart, the same at both ends',
    needs: [LOSSY],
    async run(rig) {
      const { near, far } = await rig.pair()
      const start = [near, far].map(({ stats }) => JSON.parse(JSON.stringify(stats)) as typeof stats)
      for (let i = 0; i < 10; i++) {
        await near.write(pattern(i, 70))
        await next(far)
      }
      await far.write(pattern(0, 30))
      await next(near)
      const grown = (stream: Stream, from: (typeof start)[number], way: 'read' | 'write') => [
        stream.stats[way].messages - from[way].messages,
        stream.stats[way].bytes - from[way].bytes,
      ]
      assert.deepEqual(grown(near, start[0]!, 'write'), [10, 700])
      assert.deepEqual(grown(far, start[1]!, 'read'), [10, 700])
      assert.deepEqual(grown(far, start[1]!, 'write'), [1, 30])
      assert.deepEqual(grown(near, start[0]!, 'read'), [1, 30])
    },
  },
  {
    title: 'closing wakes whoever reads with ERR_CAMIO_CLOSED',
    needs: [LOSSY],
    async run(rig) {
      const { near } = await rig.pair()
      const waits = [near.readable(), near.read()].map((wait) => meanwhile(rejectsCode(wait, 'ERR_CAMIO_CLOSED')))
      await near.close()
      await Promise.all(waits)
    },
  },
  {
    title: 'end() is this end’s business: the other one waits for more, and can still write',
    needs: [LOSSY, CONNECTIONLESS],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.end()
      await staysPending(meanwhile(far.readable()), 'readable() after the peer ended')
      assert.equal(far.ended, false)
      await far.write(pattern(0, 10))
      sameBytes(await next(near), pattern(0, 10))
    },
  },
  {
    title: 'remote says who is there, and claims for it reach it',
    needs: [LOSSY, CONNECTIONLESS],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      await far.read()
      const { remote } = far
      assert.ok(remote !== undefined, 'nobody knows who sent it')
      assert.ok(remote.host.length > 0 && remote.port >= 0)
      far.tryClaim(5, remote)!.set(pattern(3, 5))
      far.commit()
      far.release()
      sameBytes(await next(near), pattern(3, 5))
    },
  },
  {
    title: 'each peer of a listener has its own stream, and one that goes disturbs no other',
    needs: [LOSSY],
    async run(rig) {
      const listener = await rig.listen()
      const pairs = [await rig.connect(listener), await rig.connect(listener), await rig.connect(listener)]
      for (let round = 0; round < 3; round++) {
        for (const [i, { near }] of pairs.entries()) await near.write(pattern(i * 100 + round, 10 + i))
        for (const [i, { far }] of pairs.entries()) sameBytes(await next(far), pattern(i * 100 + round, 10 + i))
      }
      const [gone, ...others] = pairs
      await gone!.near.close()
      // It is not there any more, which concerns its own stream at most.
      try {
        gone!.far.tryWrite(pattern(0, 10))
      } catch (error) {
        checkError(error, ...PEER_GONE)
      }
      await turns()
      for (const [i, { near, far }] of others.entries()) {
        await far.write(pattern(i, 20))
        sameBytes(await next(near), pattern(i, 20))
      }
    },
  },
  {
    title: 'works in a worker, in two at once, and again later; each ends by itself',
    needs: [LOSSY],
    async run(rig) {
      const start = async () => {
        const address = await rig.subject.harness.pair!.address()
        const started = startWorker(rig, task(rig, 'ping-pong', address, 100_000))
        await started.says('done')
        assert.equal(await started.ended, 0)
      }
      await Promise.all([start(), start()])
      await start()
    },
  },
])
