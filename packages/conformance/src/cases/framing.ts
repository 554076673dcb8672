/** The views that core puts around a transport, seen from a program: `framing=bytes`, `frame=u32`, `frame=line`. */
import assert from 'node:assert/strict'
import { open, type Stream } from '@camio/core'
import { area, OWN_BYTES, OWN_MESSAGES, PAIR, PLAIN } from '../case.js'
import { meanwhile, rejectsCode, throwsCode, turns } from '../expect.js'
import { checkPattern, collect, collectBytes, join, messages, pattern, sameBytes, sameMessages } from '../payload.js'
import type { Rig } from '../rig.js'

const EMPTY = new Uint8Array(0)
const MESSAGES = [pattern(0, 1), EMPTY, pattern(1, 17), pattern(18, 300), EMPTY, pattern(318, 2)]

function u32(message: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(4 + message.length)
  frame.writeUInt32BE(message.length)
  frame.set(message, 4)
  return frame
}

function line(message: Uint8Array): Uint8Array {
  return Buffer.concat([message, Buffer.from('\n')])
}

/** The opener speaks bytes, the listener's side reads frames. */
async function rawToFrames(rig: Rig, frame: string, options = {}): Promise<{ raw: Stream; framed: Stream }> {
  const { near, far } = await rig.connect(await rig.listen({ frame, ...options }))
  return { raw: near, framed: far }
}

/** Writes `bytes` in pieces of `size`, each of which leaves on its own. */
async function trickle(stream: Stream, bytes: Uint8Array, size: number): Promise<void> {
  for (let from = 0; from < bytes.length; from += size) {
    await stream.write(bytes.subarray(from, from + size))
    await stream.flush()
    await turns(1)
  }
}

/** Sends the messages encoded, in two pieces split at every place. */
async function splitEverywhere(rig: Rig, frame: string, encode: (message: Uint8Array) => Uint8Array): Promise<void> {
  const bytes = join(MESSAGES.slice(0, 3).map(encode))
  const { raw, framed } = await rawToFrames(rig, frame)
  for (let at = 0; at <= bytes.length; at++) {
    await raw.write(bytes.subarray(0, at))
    await raw.flush()
    const got: Uint8Array[] = []
    await turns(2)
    framed.readBatch((b, offset, length) => void got.push(b.slice(offset, offset + length)))
    await raw.write(bytes.subarray(at))
    while (got.length < 3) {
      await framed.readable()
      framed.readBatch((b, offset, length) => void got.push(b.slice(offset, offset + length)))
    }
    sameMessages(got, MESSAGES.slice(0, 3))
  }
}

export const framing = area('framing', [
  {
    title: 'framing=bytes reads messages as one sequence of bytes, whatever their sizes',
    needs: [PAIR, OWN_MESSAGES, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair({ framing: 'bytes' })
      assert.equal(near.features.framing, 'bytes')
      const reading = meanwhile(collectBytes(far))
      for (let from = 0, i = 1; from < 100_000; from += i, i = (i * 7) % 1999) await near.write(pattern(from, i))
      await near.end()
      checkPattern(await reading, 0)
    },
  },
  {
    title: 'framing=bytes lends a message where it lies, and joins only a rest, counted',
    needs: [PAIR, OWN_MESSAGES, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair({ framing: 'bytes' })
      await near.write(pattern(0, 100))
      await near.write(pattern(100, 100))
      sameBytes((await far.read())!, pattern(0, 100))
      far.release()
      assert.equal(far.stats.read.copies, far.features.copies.read)
      sameBytes((await far.read())!, pattern(100, 100))
      far.release(90)
      assert.equal(far.tryRead(), null)
      await near.write(pattern(200, 100))
      sameBytes((await far.read())!, pattern(190, 110))
      far.release()
      assert.ok(far.stats.read.copies > 0, 'joining is counted')
    },
  },
  {
    title: 'framing=messages without a frame is refused where there are no messages',
    needs: [OWN_BYTES, PLAIN],
    async run(rig) {
      const { pair, store } = rig.subject.harness
      const uri = await (pair?.address() ?? store!.place())
      await rejectsCode(open(uri, rig.openOptions({ framing: 'messages' })), 'ERR_CAMIO_BAD_OPTION')
    },
  },
  {
    title: 'frame=u32 and frame=line keep boundaries, empty messages and order at both ends',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      for (const frame of ['u32', 'line']) {
        const { near, far } = await rig.pair({ frame })
        assert.equal(far.features.framing, 'messages')
        const reading = meanwhile(meanwhile(collect(far)))
        for (const message of MESSAGES) await near.write(message)
        await near.end()
        sameMessages(await reading, MESSAGES)
      }
    },
  },
  {
    title: 'frame=u32: frames that arrive byte by byte',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      const { raw, framed } = await rawToFrames(rig, 'u32')
      const reading = meanwhile(collect(framed))
      await trickle(raw, join(MESSAGES.map(u32)), 1)
      await raw.end()
      sameMessages(await reading, MESSAGES)
    },
  },
  {
    title: 'frame=line: lines that arrive byte by byte; the last may lack its mark',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      const { raw, framed } = await rawToFrames(rig, 'line')
      const reading = meanwhile(collect(framed))
      await trickle(raw, join([...MESSAGES.map(line), Buffer.from('last')]), 1)
      await raw.end()
      sameMessages(await reading, [...MESSAGES, Buffer.from('last')])
    },
  },
  {
    title: 'frame=u32: two pieces, split at every byte',
    needs: [PAIR, OWN_BYTES, PLAIN],
    run: (rig) => splitEverywhere(rig, 'u32', u32),
  },
  {
    title: 'frame=line: two pieces, split at every byte',
    needs: [PAIR, OWN_BYTES, PLAIN],
    run: (rig) => splitEverywhere(rig, 'line', line),
  },
  {
    title: 'frames larger and smaller than any buffer, mixed',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair({ frame: 'u32' })
      const sizes = [0, 1, 70_000, 3, 300_000, 65_536, 0, 1_000_000, 12]
      const sent = sizes.map((size, i) => pattern(i, size))
      const reading = meanwhile(meanwhile(collect(far)))
      for (const message of sent) await near.write(message)
      await near.end()
      sameMessages(await reading, sent)
    },
  },
  {
    title: 'a frame over max-message is ERR_CAMIO_TOO_LARGE as soon as it is announced, after the messages before it',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      const { raw, framed } = await rawToFrames(rig, 'u32', { 'max-message': 1000 })
      await raw.write(join([u32(pattern(0, 1000)), Buffer.from([0, 0, 3, 233])]))
      sameBytes((await framed.read())!, pattern(0, 1000))
      framed.release()
      await rejectsCode(framed.read(), 'ERR_CAMIO_TOO_LARGE')
      throwsCode(() => framed.tryRead(), 'ERR_CAMIO_TOO_LARGE')
    },
  },
  {
    title: 'a line over max-message is ERR_CAMIO_TOO_LARGE, not endless memory',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      const { raw, framed } = await rawToFrames(rig, 'line', { 'max-message': 4096 })
      const flooding = meanwhile(
        (async () => {
          for (;;) await raw.write(pattern(0, 1000))
        })(),
      )
      flooding.catch(() => {})
      await rejectsCode(framed.read(), 'ERR_CAMIO_TOO_LARGE')
    },
  },
  {
    title: 'a stream that ends inside a frame is ERR_CAMIO_TRUNCATED, after the messages before it',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      for (let cut = 1; cut < 8; cut++) {
        const { raw, framed } = await rawToFrames(rig, 'u32')
        await raw.write(join([u32(pattern(0, 10)), u32(pattern(10, 4)).subarray(0, cut)]))
        await raw.end()
        sameBytes((await framed.read())!, pattern(0, 10))
        framed.release()
        await rejectsCode(framed.read(), 'ERR_CAMIO_TRUNCATED')
        throwsCode(() => framed.tryRead(), 'ERR_CAMIO_TRUNCATED')
        assert.equal(framed.ended, false)
      }
    },
  },
  {
    title: 'a message with a line feed cannot go as a line: ERR_CAMIO_FRAME, and the stream goes on',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair({ frame: 'line' })
      await near.write(pattern(0, 3))
      throwsCode(() => near.tryWrite(Buffer.from('a\nb')), 'ERR_CAMIO_FRAME')
      await near.write(pattern(3, 3))
      await near.end()
      sameMessages(await collect(far), [pattern(0, 3), pattern(3, 3)])
    },
  },
  {
    title: 'many small messages cost no copy a message beyond the writer’s own',
    needs: [PAIR, OWN_BYTES, PLAIN],
    async run(rig) {
      const { near, far } = await rig.pair({ frame: 'u32' })
      const sent = messages(2000, 50)
      const reading = meanwhile(meanwhile(collect(far)))
      for (const message of sent) await near.write(message)
      await near.end()
      sameMessages(await reading, sent)
      const own = far.features.copies.read * far.stats.read.messages
      assert.ok(far.stats.read.copies <= 200 + own, `${far.stats.read.copies} copies for 2000 messages`)
    },
  },
])
