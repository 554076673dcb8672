/** Every single thing that a peer can write wrongly, one at a time: the other end is told, and never looks where it must not. */
import { isCamioError, open, type Stream } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import { DATA, HEAD, HEAD_HIGH, OLDEST, OLDEST_HIGH, PADDING, TAIL, WRITER_STATE } from '../dist/ring/layout.js'
import { freshName } from './support/names.js'
import { discard, pair, turn } from './support/streams.js'

const CAPACITY = 4096
/** The first record's length, and its number in a lossy ring. */
const LENGTH = DATA / 4
const NUMBER = LENGTH + 1

type Lie = readonly [what: string, word: number, value: number]

const TO_READERS: readonly Lie[] = [
  ['the position goes back', HEAD, -8],
  ['the position is a ring ahead', HEAD, CAPACITY + 8],
  ['the position is far away', HEAD, -0x80000000],
  ['the position is no multiple of 8', HEAD, 20],
  ['a length is negative', LENGTH, -2],
  ['a length is the smallest there is', LENGTH, -0x80000000],
  ['a length goes beyond what was published', LENGTH, 200],
  ['a length goes beyond the ring', LENGTH, CAPACITY],
  ['a length is the largest there is', LENGTH, 0x7fffffff],
  ['the ring begins with padding', LENGTH, PADDING],
  ['a state that there is not', WRITER_STATE, 77],
  ['a negative state', WRITER_STATE, -1],
]

const TO_WRITERS: readonly Lie[] = [
  ['the position goes back', TAIL, -8],
  ['the position is beyond what was published', TAIL, CAPACITY],
  ['the position is far away', TAIL, -0x80000000],
  ['the position is no multiple of 8', TAIL, 12],
]

const TO_ONLOOKERS: readonly Lie[] = [
  ['the position goes back', HEAD, -8],
  ['the position is no multiple of 8', HEAD, 20],
  ['the position’s high word is another one', HEAD_HIGH, -5],
  ['a length is negative', LENGTH, -2],
  ['a length goes beyond what was published', LENGTH, 200],
  ['a length is the largest there is', LENGTH, 0x7fffffff],
  ['a number is another one', NUMBER, 5],
  ['the ring begins with padding', LENGTH, PADDING],
  ['more was given up than was written', OLDEST, 1024],
  ['what was given up is no multiple of 8', OLDEST, 4],
  ['what was given up is in another world', OLDEST_HIGH, 7],
  ['a state that there is not', WRITER_STATE, 77],
]

/** Reads until it is told. @returns the code */
async function told(stream: Stream, read: () => unknown): Promise<string> {
  for (let i = 0; i < 50; i++) {
    try {
      read()
      await turn()
      if (stream.ready(1) && stream.error !== null) read()
    } catch (error) {
      return isCamioError(error) ? error.code : String(error)
    }
  }
  return 'nothing'
}

const READS: Readonly<Record<string, (stream: Stream) => unknown>> = {
  tryRead: (stream) => stream.tryRead() !== null && stream.release(),
  readBatch: (stream) => stream.readBatch((bytes, offset, length) => void bytes.subarray(offset, offset + length)),
  tryReadBatch: (stream) => stream.tryReadBatch() !== null && stream.release(),
}

async function isTold(t: ExecutionContext, stream: Stream, read: (stream: Stream) => unknown): Promise<void> {
  t.is(await told(stream, () => read(stream)), 'ERR_CAMIO_CORRUPT')
  // And again, without another look at what is wrong.
  t.is(await told(stream, () => read(stream)), 'ERR_CAMIO_CORRUPT')
}

for (const [name, read] of Object.entries(READS)) {
  for (const [what, word, value] of TO_READERS) {
    test(`a strict ring, ${name}: ${what}`, async (t) => {
      const { near, far } = await pair({ capacity: CAPACITY })
      if (word !== WRITER_STATE) near.tryWrite(new Uint8Array(40))
      near.tryFlush()
      new Int32Array(near.claimBytes.buffer)[word] = value
      await isTold(t, far, read)
      await discard(near, far)
    })
  }
  for (const [what, word, value] of TO_ONLOOKERS) {
    test(`a lossy ring, ${name}: ${what}`, async (t) => {
      const uri = freshName()
      const options = { policy: 'drop-oldest', capacity: CAPACITY } as const
      const writer = await open(uri, { mode: 'w', ...options })
      const reader = await open(uri, { mode: 'r', ...options })
      if (word !== WRITER_STATE) writer.tryWrite(new Uint8Array(40))
      writer.tryFlush()
      new Int32Array(writer.claimBytes.buffer)[word] = value
      await isTold(t, reader, read)
      await discard(writer, reader)
    })
  }
}

for (const [what, word, value] of TO_WRITERS) {
  test(`a writer: ${what}`, async (t) => {
    const { near, far } = await pair({ capacity: CAPACITY })
    while (near.tryWrite(new Uint8Array(400))) near.tryFlush()
    await far.readable()
    const lease = far.tryRead()!
    new Int32Array(lease.buffer)[word] = value
    const write = (stream: Stream) => stream.tryWrite(new Uint8Array(400))
    await isTold(t, near, write)
    await discard(near, far)
  })
}

test('one writer of many lies: what the others wrote is read before it is told', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r', capacity: CAPACITY })
  const liar = await open(name, { mode: 'w' })
  const honest = await open(name, { mode: 'w' })
  liar.tryWrite(new Uint8Array(40))
  liar.tryFlush()
  new Int32Array(liar.claimBytes.buffer)[LENGTH] = -3
  for (let i = 0; i < 10; i++) {
    await honest.write(Uint8Array.of(i))
    const lease = await reader.read()
    t.deepEqual([...lease!], [i])
    reader.release()
  }
  // It is let go of at once: its own end learns that nobody reads.
  await t.throwsAsync(async () => {
    for (;;) {
      liar.tryWrite(new Uint8Array(40))
      await turn()
    }
  })
  await honest.end()
  await t.throwsAsync(reader.read(), { code: 'ERR_CAMIO_CORRUPT' })
  await discard(reader, liar, honest)
})
