import assert from 'node:assert/strict'
import { isCamioError } from '@camio/core'
import { area, LINK, PAIR, READS } from '../case.js'
import { checkError, fill, meanwhile, PEER_GONE, rejectsCode, throwsCode } from '../expect.js'
import { checkPattern, collectBytes, messages, pattern, sameBytes } from '../payload.js'
import type { Rig } from '../rig.js'

/** Reads what a peer that went away without an end left: a prefix of the pattern, then the end or an error. */
async function readPrefix(rig: Rig, stream: Awaited<ReturnType<Rig['pair']>>['far']): Promise<number> {
  let position = 0
  try {
    for await (const lease of stream) {
      checkPattern(lease, position)
      position += lease.length
    }
  } catch (error) {
    checkError(error, ...PEER_GONE, ...(rig.messages ? ['ERR_CAMIO_TRUNCATED'] : []))
  }
  return position
}

export const close = area('close', [
  {
    title: 'is idempotent, and the stream is closed',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source(messages(3, 10))
      await Promise.all([stream.close(), stream.close()])
      await stream.close()
      assert.equal(stream.closed, true)
    },
  },
  {
    title: 'delivers what was committed, and then the end',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      assert.equal(near.tryWrite(pattern(0, 5000)), true)
      await near.close()
      sameBytes(await collectBytes(far), pattern(0, 5000))
      assert.equal(far.ended, true)
    },
  },
  {
    title: 'wakes whoever waits with ERR_CAMIO_CLOSED',
    needs: [PAIR],
    async run(rig) {
      const { near } = await rig.pair()
      await fill(near)
      const waits = [
        rejectsCode(near.readable(), 'ERR_CAMIO_CLOSED'),
        rejectsCode(near.read(), 'ERR_CAMIO_CLOSED'),
        rejectsCode(near.writable(), 'ERR_CAMIO_CLOSED'),
      ]
      await near.close({ discard: true })
      await Promise.all(waits)
    },
  },
  {
    title: 'wakes a write that waits for room',
    needs: [PAIR],
    async run(rig) {
      const { near } = await rig.pair()
      const total = await fill(near)
      const writing = meanwhile(rejectsCode(near.write(pattern(total, near.maxClaim)), 'ERR_CAMIO_CLOSED'))
      await near.close({ discard: true })
      await writing
    },
  },
  {
    title: 'with a lease and a claim out is safe; releasing and cancelling late does no harm',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      await far.read()
      assert.ok(far.tryClaim(10) !== null)
      await far.close({ discard: true })
      assert.equal(far.release(), true)
      far.cancel()
    },
  },
  {
    title: 'a lease that is out never shows another stream’s bytes',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, Math.min(5000, near.maxClaim)))
      const lease = (await far.read())!
      await far.close({ discard: true })
      await near.close({ discard: true })
      const others = Math.min(10, rig.subject.harness.pair!.atOnce ?? 10)
      for (let i = 0; i < others; i++) {
        const other = await rig.pair()
        await other.near.write(new Uint8Array(Math.min(20_000, other.near.maxClaim)).fill(1))
        await other.far.readable()
        other.far.tryRead()
      }
      // Unmapped memory reads as zeros.
      if (!lease.every((byte) => byte === 0)) checkPattern(lease, 0)
    },
  },
  {
    title: 'a claim that is out when the stream closes is not sent',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      near.tryClaim(10)!.fill(33)
      await near.close()
      near.commit()
      sameBytes(await collectBytes(far), pattern(0, 10))
    },
  },
  {
    title: 'keeps uri, features and stats',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const [{ messages: before, bytes: sent }, { bytes: received }] = [
        near.stats.write.toJSON(),
        far.stats.read.toJSON(),
      ]
      await near.write(pattern(0, 10))
      await far.read()
      far.release()
      const { uri } = near
      await near.close()
      await far.close()
      assert.equal(near.uri, uri)
      assert.equal(near.features.framing, rig.features.framing)
      assert.equal(near.stats.write.bytes, sent + 10)
      assert.equal(near.stats.write.messages, before + 1)
      assert.equal(far.stats.read.bytes, received + 10)
      assert.equal(JSON.parse(JSON.stringify(far.stats)).read.bytes, received + 10)
    },
  },
  {
    title: 'with discard the peer reads a prefix, then an error or the end; never bytes that were not sent',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const total = await fill(near)
      await near.close({ discard: true })
      assert.ok((await readPrefix(rig, far)) <= total)
    },
  },
  {
    title: 'lingers for no longer than linger=; if it resolves everything arrives, if not it is ERR_CAMIO_TIMEOUT',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair({ linger: '30ms' })
      const total = await fill(near)
      const failure: unknown = await near.close().catch((error: unknown) => error)
      const arrived = await readPrefix(rig, far)
      if (failure === undefined) assert.equal(arrived, total)
      else assert.ok(isCamioError(failure, 'ERR_CAMIO_TIMEOUT') && arrived <= total, String(failure))
    },
  },
  {
    title: 'with discard cuts a close short that lingers',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair({ linger: '1h' })
      const total = await fill(near)
      const closing = near.close().catch((error: unknown) => error)
      await near.close({ discard: true }).catch((error: unknown) => error)
      await closing
      assert.equal(near.closed, true)
      assert.ok((await readPrefix(rig, far)) <= total)
    },
  },
  {
    title: 'await using closes',
    needs: [READS],
    async run(rig) {
      const stream = await rig.source([pattern(0, 1)])
      await stream[Symbol.asyncDispose]()
      throwsCode(() => stream.tryRead(), 'ERR_CAMIO_CLOSED')
    },
  },
])
