import assert from 'node:assert/strict'
import type { Stream } from '@camio/core'
import { area, BYTES, LINK, MESSAGES, PAIR, READS } from '../case.js'
import { fill, next, throwsCode, turns } from '../expect.js'
import { checkPattern, collectBytes, messages, pattern, sameBytes, sameMessages } from '../payload.js'

/** Waits until the messages at hand are more than one, where the transport can have that, and fewer are not left behind. */
async function readable(stream: Stream): Promise<void> {
  await stream.readable()
}

export const batches = area('batches', [
  {
    title: 'readBatch hands over every message in order',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = messages(500, 33)
      const stream = await rig.source(sent)
      const got: Uint8Array[] = []
      while (!stream.ended) {
        await readable(stream)
        const before = got.length
        const count = stream.readBatch((bytes, offset, length) => {
          got.push(bytes.slice(offset, offset + length))
        })
        assert.equal(got.length - before, count)
      }
      sameMessages(got, sent)
      assert.equal(
        stream.readBatch(() => assert.fail('called at the end')),
        0,
      )
    },
  },
  {
    title: 'readBatch hands over every byte in order',
    needs: [BYTES, READS],
    async run(rig) {
      const stream = await rig.source(messages(100, 5000))
      let position = 0
      while (!stream.ended) {
        await readable(stream)
        stream.readBatch((bytes, offset, length) => {
          checkPattern(bytes.subarray(offset, offset + length), position)
          position += length
        })
      }
      assert.equal(position, 500_000)
    },
  },
  {
    title: 'readBatch stops at the limit, and 0 is no message',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = messages(10, 10)
      const stream = await rig.source(sent)
      const got: Uint8Array[] = []
      while (got.length < 10) {
        await readable(stream)
        assert.equal(
          stream.readBatch(() => assert.fail('limit 0'), 0),
          0,
        )
        const count = stream.readBatch((bytes, offset, length) => {
          got.push(bytes.slice(offset, offset + length))
        }, 3)
        assert.ok(count >= 1 && count <= 3, `${count} messages for limit 3`)
      }
      sameMessages(got, sent)
    },
  },
  {
    title: 'readBatch answers 0 when nothing is at hand',
    needs: [LINK],
    async run(rig) {
      const { far } = await rig.pair()
      assert.equal(
        far.readBatch(() => assert.fail('called')),
        0,
      )
    },
  },
  {
    title: 'false stops readBatch after the current message',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = messages(5, 10)
      const stream = await rig.source(sent)
      await readable(stream)
      let calls = 0
      const count = stream.readBatch(() => {
        calls++
        return false
      })
      assert.equal(count, 1)
      assert.equal(calls, 1)
      sameBytes(await next(stream), sent[1]!)
    },
  },
  {
    title: 'an error of the handler passes through; the current message counts as consumed, the next is there',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = messages(5, 10)
      const stream = await rig.source(sent)
      await readable(stream)
      const failure = new Error('handler')
      assert.throws(
        () =>
          stream.readBatch(() => {
            throw failure
          }),
        failure,
      )
      sameBytes(await next(stream), sent[1]!)
    },
  },
  {
    title: 'an error of the handler passes through; the bytes handed over count as consumed',
    needs: [BYTES, PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 100))
      await readable(far)
      const failure = new Error('handler')
      let handed = 0
      const broken = () =>
        far.readBatch((_bytes, _offset, length) => {
          handed = length
          throw failure
        })
      assert.throws(broken, failure)
      await near.write(pattern(100, 10))
      await near.end()
      const rest = await collectBytes(far)
      sameBytes(rest, pattern(handed, 110 - handed))
    },
  },
  {
    title: 'a batch makes room for the writer, also if its handler throws',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const total = await fill(near)
      let writable = false
      const waiting = near.writable().then(() => {
        writable = true
      })
      let position = 0
      while (position < total && !writable) {
        await far.readable()
        const failure = new Error('handler')
        const take = () =>
          far.readBatch((bytes, offset, length) => {
            checkPattern(bytes.subarray(offset, offset + length), position)
            position += length
            throw failure
          })
        assert.throws(take, failure)
        await turns(1)
      }
      await waiting
    },
  },
  {
    title: 'the handler cannot take a lease',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source([pattern(0, 10), pattern(10, 10)])
      await readable(stream)
      stream.readBatch(() => {
        throwsCode(() => stream.tryRead(), 'ERR_CAMIO_MISUSE')
        return false
      })
    },
  },
  {
    title: 'closing from the handler is safe',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source(messages(10, 10))
      await readable(stream)
      let closing: Promise<void> | undefined
      stream.readBatch(() => {
        closing = stream.close({ discard: true })
        return false
      })
      await closing
      throwsCode(() => stream.tryRead(), 'ERR_CAMIO_CLOSED')
    },
  },
  {
    title: 'tryReadBatch lends several messages under one release',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = messages(100, 40)
      const stream = await rig.source(sent)
      const got: Uint8Array[] = []
      while (!stream.ended) {
        await readable(stream)
        const batch = stream.tryReadBatch(7)
        if (batch === null) continue
        assert.ok(batch.length >= 1 && batch.length <= 7)
        got.push(...batch.map((message) => message.slice()))
        throwsCode(() => stream.tryRead(), 'ERR_CAMIO_MISUSE')
        stream.release()
      }
      sameMessages(got, sent)
      assert.equal(stream.stats.read.messages, 100)
    },
  },
])
