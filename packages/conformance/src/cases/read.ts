import assert from 'node:assert/strict'
import { area, BYTES, LINK, MESSAGES, PAIR, READS } from '../case.js'
import { meanwhile, next, throwsCode } from '../expect.js'
import { checkPattern, collect, collectBytes, messages, pattern, sameBytes, sameMessages } from '../payload.js'

export const read = area('read', [
  {
    title: 'nothing at hand is null; what comes then is lent',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      assert.equal(far.tryRead(), null)
      assert.equal(far.ended, false)
      const waiting = meanwhile(far.readable())
      await near.write(pattern(0, 10))
      await waiting
      sameBytes(far.tryRead()!, pattern(0, 10))
      assert.equal(far.release(), true)
      assert.equal(far.tryRead(), null)
    },
  },
  {
    title: 'both directions are independent',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      await far.write(pattern(100, 20))
      sameBytes(await next(near), pattern(100, 20))
      sameBytes(await next(far), pattern(0, 10))
    },
  },
  {
    title: 'messages keep their boundaries and their order',
    needs: [MESSAGES, READS],
    async run(rig) {
      const sent = [1, 2, 3, 100, 4095, 4096, 4097, 7].map((length, i) => pattern(i * 1000, length))
      sameMessages(await collect(await rig.source(sent)), sent)
    },
  },
  {
    title: 'bytes arrive in order, whatever the pieces',
    needs: [BYTES, READS],
    async run(rig) {
      const bytes = await collectBytes(await rig.source(messages(200, 997)))
      assert.equal(bytes.length, 200 * 997)
      checkPattern(bytes, 0)
    },
  },
  {
    title: 'much more than the transport holds arrives whole',
    needs: [READS],
    async run(rig) {
      const count = 512
      const length = 16 * 1024
      const bytes = await collectBytes(await rig.source(messages(count, length)))
      assert.equal(bytes.length, count * length)
      checkPattern(bytes, 0)
    },
  },
  {
    title: 'a lease is a plain Uint8Array',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source([pattern(0, 100)])
      const lease = await stream.read()
      assert.ok(lease instanceof Uint8Array)
      assert.equal(lease.length, 100)
    },
  },
  {
    title: 'a second lease while one is out is ERR_CAMIO_MISUSE and leaves the first alone',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source([pattern(0, 100)])
      const lease = await stream.read()
      throwsCode(() => stream.tryRead(), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.readBatch(() => {}), 'ERR_CAMIO_MISUSE')
      sameBytes(lease!, pattern(0, 100))
      assert.equal(stream.release(), true)
      assert.equal(await stream.read(), null)
    },
  },
  {
    title: 'a release without a lease is ERR_CAMIO_MISUSE',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source([pattern(0, 100)])
      throwsCode(() => stream.release(), 'ERR_CAMIO_MISUSE')
      await next(stream)
      throwsCode(() => stream.release(), 'ERR_CAMIO_MISUSE')
    },
  },
  {
    title: 'release frees the whole message, whatever number it is given',
    needs: [MESSAGES, READS],
    async run(rig) {
      const stream = await rig.source([pattern(0, 100), pattern(100, 50)])
      await stream.read()
      stream.release(0)
      sameBytes(await next(stream), pattern(100, 50))
    },
  },
  {
    title: 'a lease stays as it is while more arrives',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 1000))
      const lease = await far.read()
      const { length } = lease!
      for (let i = 0; i < 20; i++) await near.write(pattern(1000 + i * 1000, 1000))
      checkPattern(lease!, 0)
      far.release()
      await near.end()
      const rest = await collectBytes(far)
      assert.equal(length + rest.length, 21_000)
      checkPattern(rest, length)
    },
  },
])
