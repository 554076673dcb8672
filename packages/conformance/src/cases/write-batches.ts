import assert from 'node:assert/strict'
import type { BatchWriter, Stream } from '@camio/core'
import { area, BYTES, LINK, MESSAGES, PAIR, UNGUARDED, WRITES } from '../case.js'
import { meanwhile, throwsCode } from '../expect.js'
import { collect, collectBytes, join, messages, pattern, sameBytes, sameMessages } from '../payload.js'
import type { Rig } from '../rig.js'

/** Writes consecutive pieces of the pattern, each as long as its room. */
function patternWriter(): BatchWriter {
  let position = 0
  return (bytes, offset, length) => {
    bytes.set(pattern(position, length), offset)
    position += length
  }
}

/** Fails unless these messages arrived, or on a byte stream their bytes. */
function check(rig: Rig, got: readonly Uint8Array[], sent: readonly Uint8Array[]): void {
  if (rig.messages) sameMessages(got, sent)
  else sameBytes(join(got), join(sent))
}

function batchOf(stream: Stream, count: number, length: number): void {
  assert.equal(stream.writeBatch(patternWriter(), length, count), count)
}

export const writeBatches = area('writing batches', [
  {
    title: 'writeBatch hands out room for one message after the other, and they arrive in order',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const write = patternWriter()
      const indices: number[] = []
      const note: BatchWriter = (bytes, offset, length, index) => {
        indices.push(index)
        return write(bytes, offset, length, index)
      }
      assert.equal(stream.writeBatch(note, 100, 30), 30)
      assert.equal(stream.writeBatch(note, 100, 20), 20)
      assert.deepEqual(indices, [...Array(30).keys(), ...Array(20).keys()])
      check(rig, await arrived(), messages(50, 100))
    },
  },
  {
    title: 'what the writer answers is the length of the message; nothing is all of the room',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const lengths = [10, 1, 100, 64]
      const sent: Uint8Array[] = []
      const count = stream.writeBatch(
        (bytes, offset, room, index) => {
          assert.equal(room, 100)
          const length = lengths[index]!
          const message = pattern(index * 100, length)
          sent.push(message)
          bytes.set(message, offset)
          return length === room ? undefined : length
        },
        100,
        lengths.length,
      )
      assert.equal(count, lengths.length)
      check(rig, await arrived(), sent)
    },
  },
  {
    title: 'limit 0 is no message',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      assert.equal(
        stream.writeBatch(() => assert.fail('limit 0'), 10, 0),
        0,
      )
      assert.equal(stream.tryWrite(pattern(0, 3)), true)
      check(rig, await arrived(), [pattern(0, 3)])
    },
  },
  {
    title: 'false stops a batch, and what was written into that room is no message',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const write = patternWriter()
      const stop: BatchWriter = (bytes, offset, length, index) => {
        write(bytes, offset, length, index)
        return index === 3 ? false : undefined
      }
      assert.equal(stream.writeBatch(stop, 20), 3)
      assert.equal(stream.tryWrite(pattern(60, 20)), true)
      check(rig, await arrived(), messages(4, 20))
    },
  },
  {
    title: 'an error of the writer passes through; the messages before are committed, this one is not',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const failure = new Error('writer')
      const write = patternWriter()
      const broken: BatchWriter = (bytes, offset, length, index) => {
        write(bytes, offset, length, index)
        if (index === 2) throw failure
      }
      assert.throws(() => stream.writeBatch(broken, 20), failure)
      assert.equal(stream.tryWrite(pattern(40, 20)), true)
      check(rig, await arrived(), messages(3, 20))
    },
  },
  {
    title: 'an answer that is no length, or longer than the room, is ERR_CAMIO_MISUSE and no message',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      for (const answer of [11, -1, 1.5, Number.NaN]) {
        throwsCode(() => stream.writeBatch(() => answer, 10, 1), 'ERR_CAMIO_MISUSE')
      }
      batchOf(stream, 2, 10)
      check(rig, await arrived(), messages(2, 10))
    },
  },
  {
    title: 'a length that can never be claimed throws as tryClaim does',
    needs: [WRITES],
    async run(rig) {
      const { stream } = await rig.sink()
      const never: BatchWriter = () => assert.fail('called')
      throwsCode(() => stream.writeBatch(never, stream.maxClaim + 1), 'ERR_CAMIO_TOO_LARGE')
      throwsCode(() => stream.writeBatch(never, -1), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.writeBatch(never, Number.NaN), 'ERR_CAMIO_MISUSE')
    },
  },
  {
    title: 'the writer cannot write to the stream otherwise',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const write = patternWriter()
      const count = stream.writeBatch(
        (bytes, offset, length, index) => {
          throwsCode(() => stream.tryClaim(1), 'ERR_CAMIO_MISUSE')
          throwsCode(() => stream.tryClaimAt(1), 'ERR_CAMIO_MISUSE')
          throwsCode(() => stream.tryWrite(pattern(0, 1)), 'ERR_CAMIO_MISUSE')
          throwsCode(() => stream.writeBatch(() => assert.fail('called'), 1), 'ERR_CAMIO_MISUSE')
          return write(bytes, offset, length, index)
        },
        10,
        3,
      )
      assert.equal(count, 3)
      check(rig, await arrived(), messages(3, 10))
    },
  },
  {
    title: 'a writer that commits or cancels by itself is ERR_CAMIO_MISUSE',
    needs: [WRITES],
    async run(rig) {
      const { stream } = await rig.sink()
      throwsCode(() => stream.writeBatch(() => stream.commit(), 10, 1), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.writeBatch(() => stream.cancel(), 10, 1), 'ERR_CAMIO_MISUSE')
      batchOf(stream, 1, 10)
    },
  },
  {
    title: 'a batch while a claim is out is ERR_CAMIO_MISUSE and leaves the claim alone',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const room = stream.tryClaim(10)!
      throwsCode(() => stream.writeBatch(() => assert.fail('called'), 10), 'ERR_CAMIO_MISUSE')
      room.set(pattern(0, 10))
      stream.commit()
      check(rig, await arrived(), [pattern(0, 10)])
    },
  },
  {
    title: 'what was written before the writer flushes is on its way, and the batch goes on',
    needs: [WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const write = patternWriter()
      const flushing: BatchWriter = (bytes, offset, length, index) => {
        if (index % 3 === 1) stream.tryFlush()
        return write(bytes, offset, length, index)
      }
      assert.equal(stream.writeBatch(flushing, 50, 20), 20)
      check(rig, await arrived(), messages(20, 50))
    },
  },
  {
    title: 'an answer of 0 is an empty message',
    needs: [MESSAGES, WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      assert.equal(
        stream.writeBatch(() => 0, 10, 2),
        2,
      )
      batchOf(stream, 1, 3)
      sameMessages(await arrived(), [new Uint8Array(0), new Uint8Array(0), pattern(0, 3)])
    },
  },
  {
    title: 'an answer of 0 is nothing',
    needs: [BYTES, WRITES],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      stream.writeBatch(() => 0, 10, 2)
      batchOf(stream, 1, 3)
      assert.equal(stream.stats.write.messages, 1)
      sameBytes(join(await arrived()), pattern(0, 3))
    },
  },
  {
    title: 'every message of a batch is counted, and none is copied for it',
    needs: [WRITES, UNGUARDED],
    async run(rig) {
      const { stream, arrived } = await rig.sink()
      const before = stream.stats.write.toJSON()
      batchOf(stream, 10, 30)
      const after = stream.stats.write.toJSON()
      const copies = after.copies - before.copies
      assert.deepEqual([after.messages - before.messages, after.bytes - before.bytes], [10, 300])
      assert.ok(copies <= 10 * stream.features.copies.write, `${copies} copies for 10 messages`)
      await arrived()
    },
  },
  {
    title: 'a batch leaves by itself at the end of the turn',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      batchOf(near, 1, 40)
      sameBytes((await far.read())!, pattern(0, 40))
    },
  },
  {
    title: 'a batch without a limit ends when the transport is full, and goes on when there is room',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const write = patternWriter()
      const length = 1000
      let count = near.writeBatch(write, length)
      assert.ok(count > 0)
      // What the system has not taken yet is no room.
      for (let more = count; more > 0; count += more) more = near.writeBatch(write, length)
      const got = meanwhile(collectBytes(far))
      while (near.writeBatch(write, length, 1) === 0) await near.writable()
      await near.end()
      sameBytes(await got, pattern(0, (count + 1) * length))
    },
  },
  {
    title: 'a writer that closes the stream: the messages before it are delivered, its own is not written',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      const got = collect(far)
      const write = patternWriter()
      let closing: Promise<void> | undefined
      const count = near.writeBatch((bytes, offset, length, index) => {
        if (index === 2) closing = near.close()
        return write(bytes, offset, length, index)
      }, 10)
      assert.equal(count, 2)
      await closing
      check(rig, await got, messages(2, 10))
    },
  },
  {
    title: 'closing from the writer is safe; its message is not written',
    needs: [WRITES],
    async run(rig) {
      const { stream } = await rig.sink()
      let closing: Promise<void> | undefined
      const count = stream.writeBatch((_bytes, _offset, _length, index) => {
        if (index === 2) closing = stream.close({ discard: true })
      }, 10)
      assert.equal(count, 2)
      await closing
      throwsCode(() => stream.writeBatch(() => assert.fail('called'), 10), 'ERR_CAMIO_CLOSED')
    },
  },
])
