import assert from 'node:assert/strict'
import { area, MESSAGES, READS } from '../case.js'
import { next, throwsCode } from '../expect.js'
import { checkPattern, collect, messages, pattern, sameBytes, sameMessages } from '../payload.js'

export const iterate = area('iteration', [
  {
    title: 'for await releases each lease when the loop goes round',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source(messages(30, 1000))
      let position = 0
      for await (const lease of stream) {
        checkPattern(lease, position)
        position += lease.length
      }
      assert.equal(position, 30_000)
      assert.equal(stream.ended, true)
    },
  },
  {
    title: 'leaving a for await releases the lease; the stream goes on',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = messages(3, 100)
      const stream = await rig.source(sent)
      for await (const lease of stream) {
        sameBytes(lease, sent[0]!)
        break
      }
      throwsCode(() => stream.release(), 'ERR_CAMIO_MISUSE')
      sameBytes(await next(stream), sent[1]!)
      sameMessages(await collect(stream), [sent[2]!])
    },
  },
  {
    title: 'an error thrown in a for await releases the lease',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source([pattern(0, 100)])
      const failure = new Error('in the loop')
      const loop = async () => {
        for await (const lease of stream) if (lease.length > 0) throw failure
      }
      await assert.rejects(loop(), failure)
      throwsCode(() => stream.release(), 'ERR_CAMIO_MISUSE')
      assert.equal(await stream.read(), null)
    },
  },
  {
    title: 'closing inside a for await ends it without an error of its own',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source(messages(3, 100))
      const loop = async () => {
        for await (const lease of stream) {
          assert.ok(lease.length > 0)
          await stream.close()
          return
        }
      }
      await loop()
      assert.equal(stream.closed, true)
    },
  },
  {
    title: 'batches() gives every message and leaves a clean state',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = messages(200, 50)
      const stream = await rig.source(sent)
      const got: Uint8Array[] = []
      for await (const batch of stream.batches(8)) {
        assert.ok(batch.length >= 1 && batch.length <= 8)
        got.push(...batch.map((message) => message.slice()))
        if (got.length >= 100) break
      }
      throwsCode(() => stream.release(), 'ERR_CAMIO_MISUSE')
      got.push(...(await collect(stream)))
      sameMessages(got, sent)
    },
  },
])
