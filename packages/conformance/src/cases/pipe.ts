import assert from 'node:assert/strict'
import { type PipeError, type PipeResult, pipe as pipeTo, type Stream } from '@camio/core'
import { area, MESSAGES, PAIR, PLAIN, READS, STORE, WRITES } from '../case.js'
import { checkError, meanwhile, PEER_GONE } from '../expect.js'
import { memPair } from '../mem.js'
import { checkPattern, collect, collectBytes, join, messages, pattern, sameBytes, sameMessages } from '../payload.js'
import type { Rig } from '../rig.js'

const SENT = messages(100, 3000)
const TOTAL = 300_000

/** A `mem:` stream from which `SENT` can be read, and then the end. */
async function memSource(rig: Rig): Promise<Stream> {
  const { near, far } = await memPair(rig)
  const writing = async () => {
    for (const message of SENT) await near.write(message)
    await near.end()
  }
  // Breaks off when the case is over before it is.
  writing().catch(() => {})
  return far
}

function checkAll(rig: Rig, result: PipeResult, arrived: readonly Uint8Array[]): void {
  assert.equal(result.bytes, TOTAL)
  assert.equal(result.ended, true)
  if (rig.messages) sameMessages(arrived, SENT)
  else sameBytes(join(arrived), join(SENT))
}

export const pipe = area('pipe', [
  {
    title: 'from another transport: everything arrives, then the end',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const [result, arrived] = await Promise.all([pipeTo(await memSource(rig), near), collect(far)])
      checkAll(rig, result, arrived)
    },
  },
  {
    title: 'from another transport into what is kept',
    needs: [STORE, WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const result = await pipeTo(await memSource(rig), stream, { end: false })
      checkAll(rig, result, await arrived())
    },
  },
  {
    title: 'to another transport: everything arrives, then the end',
    needs: [READS],
    async run(rig) {
      const { near, far } = await memPair(rig)
      const [result, arrived] = await Promise.all([pipeTo(await rig.source(SENT), near), collect(far)])
      checkAll(rig, result, arrived)
    },
  },
  {
    title: 'to several sinks: each gets everything',
    needs: [READS],
    async run(rig) {
      const sinks = [await memPair(rig), await memPair(rig)]
      const arriving = sinks.map(({ far }) => meanwhile(collect(far)))
      const result = await pipeTo(
        await rig.source(SENT),
        sinks.map(({ near }) => near),
      )
      for (const arrived of await Promise.all(arriving)) checkAll(rig, result, arrived)
    },
  },
  {
    title: 'between two of its own: no more copies than one a piece, and told',
    needs: [PAIR],
    async run(rig) {
      const to = await rig.pair()
      const source = await rig.source(SENT)
      const [result, arrived] = await Promise.all([pipeTo(source, to.near), collect(to.far)])
      checkAll(rig, result, arrived)
      if (source.region !== undefined && source.region === to.near.region) {
        assert.equal(result.path, 'hand-over')
        assert.equal(result.copies, 0)
      }
    },
  },
  {
    title: 'reports the copies that it made, at most one a piece beyond the transport’s own',
    needs: [PAIR, PLAIN],
    async run(rig) {
      const { near, far } = await memPair(rig)
      const source = await rig.source(SENT)
      const [result] = await Promise.all([pipeTo(source, near), collectBytes(far)])
      const own = source.features.copies.read * source.stats.read.messages
      assert.ok(result.copies <= result.messages + own, `${result.copies} copies for ${result.messages} pieces`)
    },
  },
  {
    title: 'an abort stops it; what it did not deliver is still with the source',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await memPair(rig)
      const from = await rig.pair()
      const controller = new AbortController()
      const first = pattern(0, 1000)
      const piping = meanwhile(pipeTo(from.far, near, { signal: controller.signal }))
      await from.near.write(first)
      await far.readable()
      controller.abort()
      const result = await piping
      assert.equal(result.ended, false)
      assert.equal(result.bytes, 1000)
      sameBytes(far.tryRead()!, first)
      far.release()
      await from.near.write(pattern(1000, 500))
      await from.near.end()
      const rest = await collectBytes(from.far)
      assert.equal(rest.length, 500)
      checkPattern(rest, 1000)
    },
  },
  {
    title: 'ends the sink only if it may, and closes both only if asked',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const reading = meanwhile(collectBytes(far))
      await pipeTo(await memSource(rig), near, { end: false })
      await near.write(pattern(TOTAL, 100))
      const source = await memSource(rig)
      await pipeTo(source, near, { close: true })
      assert.equal(source.closed && near.closed, true)
      const bytes = await reading
      assert.equal(bytes.length, 2 * TOTAL + 100)
      checkPattern(bytes.subarray(0, TOTAL + 100), 0)
    },
  },
  {
    title: 'a sink that breaks is an error that says how far it came',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      await far.close({ discard: true })
      const forever = await memPair(rig)
      const writing = async () => {
        for (;;) await forever.near.write(pattern(0, 1000))
      }
      writing().catch(() => {})
      const error: unknown = await pipeTo(forever.far, near).then(
        () => assert.fail('the pipe ended'),
        (e: unknown) => e,
      )
      checkError(error, ...PEER_GONE)
      const { result } = error as PipeError
      assert.equal(result.ended, false)
      assert.ok(result.bytes >= 0)
    },
  },
  {
    title: 'empty messages pass',
    needs: [PAIR, MESSAGES],
    async run(rig) {
      const { near, far } = await memPair(rig)
      const sent = [new Uint8Array(0), pattern(0, 5), new Uint8Array(0)]
      const [result, arrived] = await Promise.all([pipeTo(await rig.source(sent), near), collect(far)])
      sameMessages(arrived, sent)
      assert.equal(result.messages, 3)
    },
  },
])
