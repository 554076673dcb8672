import assert from 'node:assert/strict'
import { area, BYTES, LINK, MESSAGES, PAIR, WRITES } from '../case.js'
import { meanwhile, rejectsCode, throwsCode } from '../expect.js'
import { checkPattern, collectBytes, join, messages, pattern, sameBytes, sameMessages } from '../payload.js'

export const write = area('write', [
  {
    title: 'what was written is what arrives',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const sent = messages(50, 321)
      for (const message of sent) await stream.write(message)
      const got = await arrived()
      if (rig.messages) sameMessages(got, sent)
      else sameBytes(join(got), join(sent))
    },
  },
  {
    title: 'the caller may change its bytes as soon as tryWrite answers',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const bytes = pattern(0, 500)
      assert.equal(stream.tryWrite(bytes), true)
      bytes.fill(33)
      sameBytes(join(await arrived()), pattern(0, 500))
    },
  },
  {
    title: 'the caller may change its bytes as soon as write resolves, however large',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const length = Math.min(700_000, rig.messages ? near.maxClaim : Infinity)
      const bytes = pattern(0, length)
      const reading = meanwhile(collectBytes(far))
      await near.write(bytes)
      bytes.fill(33)
      await near.end()
      const got = await reading
      assert.equal(got.length, length)
      checkPattern(got, 0)
    },
  },
  {
    title: 'committed bytes leave by themselves at the end of the turn',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      assert.equal(near.tryWrite(pattern(0, 10)), true)
      await far.readable()
      sameBytes(far.tryRead()!, pattern(0, 10))
    },
  },
  {
    title: 'bytes beyond maxClaim go in pieces',
    needs: [BYTES, PAIR],
    async run(rig) {
      const { near, far } = await rig.pair({ 'max-message': '256KiB' })
      const length = Math.min(near.maxClaim, 4 * 1024 * 1024) * 2 + 17
      const reading = meanwhile(collectBytes(far))
      await near.write(pattern(0, length))
      await near.end()
      const bytes = await reading
      assert.equal(bytes.length, length)
      checkPattern(bytes, 0)
    },
  },
  {
    title: 'a message beyond maxClaim is ERR_CAMIO_TOO_LARGE, from every method, and the stream goes on',
    needs: [MESSAGES, LINK],
    async run(rig) {
      const { near, far } = await rig.pair({ 'max-message': '64KiB' })
      assert.ok(near.maxClaim <= 64 * 1024, `maxClaim is ${near.maxClaim}`)
      const large = new Uint8Array(near.maxClaim + 1)
      throwsCode(() => near.tryClaim(large.length), 'ERR_CAMIO_TOO_LARGE')
      throwsCode(() => near.tryClaimAt(large.length), 'ERR_CAMIO_TOO_LARGE')
      throwsCode(() => near.tryWrite(large), 'ERR_CAMIO_TOO_LARGE')
      await rejectsCode(near.write(large), 'ERR_CAMIO_TOO_LARGE')
      const largest = pattern(0, near.maxClaim)
      const reading = meanwhile(far.read())
      await near.write(largest)
      sameBytes((await reading)!, largest)
    },
  },
  {
    title: 'a claim beyond maxClaim is ERR_CAMIO_TOO_LARGE, and maxClaim can be had',
    needs: [BYTES, WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink({ 'max-message': '64KiB' })
      throwsCode(() => stream.tryClaim(stream.maxClaim + 1), 'ERR_CAMIO_TOO_LARGE')
      throwsCode(() => stream.tryClaimAt(stream.maxClaim + 1), 'ERR_CAMIO_TOO_LARGE')
      const claim = stream.tryClaim(stream.maxClaim)
      assert.equal(claim?.length, stream.maxClaim)
      stream.cancel()
      await stream.write(pattern(0, 5))
      sameBytes(join(await arrived()), pattern(0, 5))
    },
  },
  {
    title: 'writes that overlap arrive in their order, and flush and end come behind them',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const sizes = [10, 20_000, 3, 40_000, 1, 1000].map((size) => Math.min(size, stream.maxClaim))
      let from = 0
      const sent = sizes.map((size) => pattern((from += size) - size, size))
      const writing = Promise.all([...sent.map((message) => stream.write(message)), stream.flush()])
      const got = await Promise.all([writing, rig.subject.harness.pair ? arrived() : writing.then(arrived)])
      sameBytes(join(got[1]), join(sent))
    },
  },
  {
    title: 'flush resolves when everything committed is with the transport',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      stream.tryWrite(pattern(0, 1000))
      await stream.flush()
      assert.equal(stream.tryFlush(), true)
      sameBytes(join(await arrived()), pattern(0, 1000))
    },
  },
])
