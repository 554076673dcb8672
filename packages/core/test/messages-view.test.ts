/** Messages on a byte stream: whatever pieces the bytes come in, the messages are those that were sent. */
import { CamioError, END, type StreamLimits } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { blockNumbers } from '../dist/bytes/pool.js'
import { framed as viewed } from '../dist/layers/framed.js'
import { FRAME_NAMES, type FrameName } from '../dist/layers/frames/names.js'
import type { MessagesView } from '../dist/layers/messages-view.js'
import { bytes, counting, fromText, init, joined, settled, text, turn } from './support/init.js'
import { type PullStep, Scripted } from './support/scripted.js'

/** Those that keep messages apart. */
const MARKED = FRAME_NAMES.filter((name) => name !== 'none')

/** A message that `frame` can express: no line feeds in lines, and lengths that fit. */
function fitted(frame: FrameName, message: Uint8Array): Uint8Array {
  if (frame === 'line') return message.map((byte) => (byte === 10 ? 11 : byte))
  return frame === 'u8' ? message.subarray(0, 255) : message
}

interface Pair {
  inner: Scripted
  view: MessagesView
}

function viewOf(frame: FrameName, pulls: PullStep[] = [], limits: Partial<StreamLimits> = {}): Pair {
  const inner = new Scripted({ pulls, limits })
  return { inner, view: viewed(inner, init({}, limits), frame) }
}

/** What a view writes for these messages. */
function framed(frame: FrameName, messages: readonly Uint8Array[]): Uint8Array {
  const { inner, view } = viewOf(frame)
  for (const message of messages) view.tryWrite(message)
  view.tryFlush()
  return inner.output
}

function split(all: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...cuts.map((cut) => cut % (all.length + 1)), 0, all.length].sort((a, b) => a - b)
  return at
    .slice(1)
    .map((end, i) => all.subarray(at[i], end))
    .filter((piece) => piece.length > 0)
}

/** Reads to the end, in one of the ways there are. */
async function readAll(
  view: MessagesView,
  way: 'tryRead' | 'readBatch' | 'tryReadBatch' | 'for await',
): Promise<Uint8Array[]> {
  const got: Uint8Array[] = []
  if (way === 'for await') {
    for await (const message of view) got.push(message.slice())
    return got
  }
  while (!view.ended) {
    if (way === 'tryRead') {
      const message = view.tryRead()
      if (message === null) continue
      got.push(message.slice())
      view.release()
    } else if (way === 'tryReadBatch') {
      const batch = view.tryReadBatch(3)
      if (batch === null) continue
      for (const message of batch) got.push(message.slice())
      view.release()
    } else {
      view.readBatch((memory, offset, length) => {
        got.push(memory.slice(offset, offset + length))
      }, 3)
    }
  }
  return got
}

test('a handler that releases its message itself changes nothing; what it throws then passes through', (t) => {
  const all = framed('u32', [bytes(1), bytes(2, 2), bytes(3, 3, 3), bytes(4)])
  const cut = all.length - 7
  const { inner, view } = viewOf('u32', [all.subarray(0, cut)])
  const lengths: number[] = []
  const handler = (_memory: Uint8Array, _offset: number, length: number) => {
    lengths.push(length)
    view.release()
    if (length === 1 && lengths.length > 1) throw new Error('of the handler')
  }
  t.is(view.readBatch(handler), 2)
  inner.arrive(all.subarray(cut, cut + 2), all.subarray(cut + 2))
  t.throws(() => view.readBatch(handler), { message: 'of the handler' })
  t.deepEqual(lengths, [1, 2, 3, 1])
  t.is(view.readBatch(handler), 0)
})

test('a handler that has released its message cannot read past its batch, and the batch goes on', (t) => {
  const { view } = viewOf('u32', [framed('u32', [bytes(1), bytes(2, 2), bytes(3, 3, 3)])])
  const lengths: number[] = []
  const handler = (_memory: Uint8Array, _offset: number, length: number) => {
    lengths.push(length)
    t.true(view.release())
    t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_MISUSE' })
  }
  t.is(view.readBatch(handler, 2), 2)
  t.is(view.readBatch(handler), 1)
  t.deepEqual(lengths, [1, 2, 3])
  t.throws(() => view.release(), { code: 'ERR_CAMIO_MISUSE' })
})

test('writers of small messages make no new view on memory that comes back from the pool', (t) => {
  const { inner, view } = viewOf('u32')
  const seen = new Set<DataView>()
  for (let i = 0; i < 3; i++) {
    view.writeBatch(
      (memory, offset) => {
        memory[offset] = i
        seen.add(blockNumbers(memory)!)
      },
      1,
      1,
    )
    t.true(view.tryFlush())
  }
  t.deepEqual(
    [...seen].map((numbers) => numbers instanceof DataView),
    [true],
  )
  t.deepEqual(inner.output, framed('u32', [bytes(0), bytes(1), bytes(2)]))
})

const WAYS = ['tryRead', 'readBatch', 'tryReadBatch', 'for await'] as const

for (const frame of MARKED) {
  test(`${frame}: any messages in any pieces, read in any way`, async (t) => {
    // Runs of one value, too: long ones without a zero are where COBS inserts a byte.
    const run = fc.tuple(fc.nat(600), fc.nat(255)).map(([length, value]) => new Uint8Array(length).fill(value))
    const message = fc.oneof(fc.uint8Array({ maxLength: 300 }), run).map((m) => fitted(frame, m))
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.constantFrom(...WAYS),
        async (messages, cuts, way) => {
          const pieces = split(framed(frame, messages), cuts)
          const { inner, view } = viewOf(frame, [...pieces, END])
          const got = await readAll(view, way)
          t.deepEqual(got, messages)
          t.is(view.stats.read.messages, messages.length)
          t.is(view.stats.read.bytes, joined(messages).length)
          t.is(inner.stats.read.bytes, joined(pieces).length)
          return true
        },
      ),
    )
  })

  test(`${frame}: empty messages are messages`, async (t) => {
    const messages = [bytes(), bytes(1), bytes(), bytes()]
    const { view } = viewOf(frame, [framed(frame, messages), END])
    t.deepEqual(await readAll(view, 'tryRead'), messages)
  })

  test(`${frame}: a lease is the byte stream’s own memory`, (t) => {
    const { inner, view } = viewOf(frame, [framed(frame, [counting(9, 20), counting(9, 40)])])
    const lease = view.tryRead()!
    const { buffer } = lease
    view.release()
    t.is(view.tryRead()!.buffer, buffer)
    t.is(view.stats.read.copies, view.features.copies.read * 2)
    t.is(view.features.copies.read, frame === 'cobs' ? 1 : 0)
    t.is(inner.pullCalls, 1)
  })

  test(`${frame}: half a frame wakes nobody, the other half does`, async (t) => {
    const all = framed(frame, [text('hello')])
    for (let cut = 1; cut < all.length; cut++) {
      const { inner, view } = viewOf(frame)
      const waiting = view.readable()
      inner.arrive(all.subarray(0, cut))
      t.false(await settled(waiting))
      const { pullCalls } = inner
      await turn()
      t.is(inner.pullCalls, pullCalls, 'nobody may ask again and again')
      inner.arrive(all.subarray(cut))
      await waiting
      t.is(fromText(view.tryRead()!), 'hello')
    }
  })

  test(`${frame}: many waiters, frames in crumbs: nobody sleeps through his message`, async (t) => {
    const { inner, view } = viewOf(frame)
    const all = framed(frame, [text('one'), text('two'), text('three')])
    const got: string[] = []
    const reader = async () => {
      for (let message = await view.read(); message !== null; message = await view.read()) {
        got.push(fromText(message))
        view.release()
      }
    }
    const reading = reader()
    for (const byte of all) {
      inner.arrive(bytes(byte))
      await turn()
    }
    inner.arrive(END)
    await reading
    t.deepEqual(got, ['one', 'two', 'three'])
  })

  test(`${frame}: who waits while a lease is out is told at its release`, async (t) => {
    const { view } = viewOf(frame, [framed(frame, [text('a'), text('b')])])
    view.tryRead()
    const waiting = view.readable()
    t.false(await settled(waiting))
    view.release()
    await waiting
    t.is(fromText(view.tryRead()!), 'b')
  })

  test(`${frame}: many small messages leave in one push`, async (t) => {
    const { inner, view } = viewOf(frame)
    for (let i = 0; i < 100; i++) view.tryWrite(text('x'))
    await turn()
    t.is(inner.pushCalls, 1)
    t.is(view.stats.write.messages, 100)
    t.is(view.stats.write.bytes, 100)
  })

  test(`${frame}: what was committed leaves while a claim is out`, async (t) => {
    const { inner, view } = viewOf(frame)
    view.tryWrite(text('first'))
    const claim = view.tryClaim(6)!
    t.true(view.tryFlush())
    t.deepEqual(inner.output, framed(frame, [text('first')]))
    claim.set(text('second'))
    view.commit(3)
    await view.flush()
    t.deepEqual(inner.output, framed(frame, [text('first'), text('sec')]))
  })

  test(`${frame}: a claim that is cancelled leaves no trace`, (t) => {
    const { inner, view } = viewOf(frame)
    view.tryClaim(5)
    view.cancel()
    view.tryWrite(text('x'))
    t.true(view.tryFlush())
    t.deepEqual(inner.output, framed(frame, [text('x')]))
    t.throws(() => view.cancel(), { code: 'ERR_CAMIO_MISUSE' })
    t.throws(() => view.commit(), { code: 'ERR_CAMIO_MISUSE' })
  })

  test(`${frame}: a message over max-message is refused at both ends`, (t) => {
    const limits = { maxMessage: 100 }
    const writer = viewOf(frame, [], limits).view
    t.throws(() => writer.tryClaim(101), { code: 'ERR_CAMIO_TOO_LARGE', message: /test:double/ })
    const { view } = viewOf(frame, [framed(frame, [text('ok'), counting(101, 100)])], limits)
    t.is(fromText(view.tryRead()!), 'ok')
    view.release()
    for (let i = 0; i < 2; i++) t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE', message: /max-message/ })
    t.true(view.ready(1))
  })
}

test('u32: a length that is too large is refused before memory is spent on it', (t) => {
  const { inner, view } = viewOf('u32', [bytes(0xff, 0xff, 0xff, 0xff)])
  t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE', message: /4294967295/ })
  t.is(inner.pullCalls, 1)
})

test('line: a line without an end is refused when it is too long', (t) => {
  const { inner, view } = viewOf('line', [counting(90, 100), counting(20, 100), counting(100, 100)], {
    maxMessage: 100,
  })
  t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE' })
  t.is(inner.pullCalls, 2)
})

test('u32: a stream that ends inside a frame is truncated, after its whole messages', (t) => {
  const all = framed('u32', [text('whole'), text('cut off')])
  const { view } = viewOf('u32', [all.subarray(0, -2), END])
  t.is(fromText(view.tryRead()!), 'whole')
  view.release()
  for (let i = 0; i < 2; i++)
    t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_TRUNCATED', message: /test:double.*inside a frame/ })
  t.false(view.ended)
})

test('line: the last line needs no line feed', async (t) => {
  const { view } = viewOf('line', [text('a\nb'), END])
  t.deepEqual((await readAll(view, 'for await')).map(fromText), ['a', 'b'])
})

test('line: a message must not hold a line feed; nothing of it is sent', (t) => {
  const { inner, view } = viewOf('line')
  t.throws(() => view.tryWrite(text('a\nb')), { code: 'ERR_CAMIO_FRAME', message: /test:double.*line feed/ })
  t.true(view.tryWrite(text('fine')))
  view.tryFlush()
  t.is(fromText(inner.output), 'fine\n')
})

test('line: long lines are searched once', (t) => {
  const { view } = viewOf('line', [...Array.from({ length: 50 }, () => text('x'.repeat(1000))), text('\n')])
  t.is(view.tryRead()!.length, 50_000)
})

test('readBatch: the limit, false, and a handler that throws', (t) => {
  const { view } = viewOf('u32', [
    framed(
      'u32',
      [0, 1, 2, 3, 4, 5].map((n) => bytes(n)),
    ),
  ])
  const seen: number[] = []
  const note = (memory: Uint8Array, offset: number) => {
    seen.push(memory[offset]!)
  }
  t.is(view.readBatch(note, 2), 2)
  t.is(
    view.readBatch((memory, offset) => {
      note(memory, offset)
      return false
    }),
    1,
  )
  const oops = new Error('oops')
  const thrown = t.throws(() =>
    view.readBatch((memory, offset) => {
      note(memory, offset)
      throw oops
    }),
  )
  t.is(thrown, oops)
  t.is(view.readBatch(note), 2)
  t.deepEqual(seen, [0, 1, 2, 3, 4, 5])
  t.is(view.readBatch(note), 0)
  t.is(view.readBatch(note, 0), 0)
})

test('readBatch: a handler that discards the stream sees no more', (t) => {
  const { view } = viewOf('u32', [framed('u32', [bytes(1), bytes(2)])])
  const count = view.readBatch(() => {
    void view.close({ discard: true })
  })
  t.is(count, 1)
  t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_CLOSED' })
})

test('readBatch: a handler cannot read on', (t) => {
  const { view } = viewOf('u32', [framed('u32', [bytes(1), bytes(2)])])
  t.throws(() => view.readBatch(() => void view.tryRead()), { code: 'ERR_CAMIO_MISUSE' })
  t.deepEqual(view.tryRead(), bytes(2))
})

for (const way of ['readBatch', 'tryReadBatch'] as const) {
  test(`${way}: an error behind messages waits for the next call`, (t) => {
    const { view } = viewOf('u32', [joined([framed('u32', [bytes(1), bytes(2)]), bytes(255, 255, 255, 255)])])
    if (way === 'readBatch')
      t.is(
        view.readBatch(() => {}),
        2,
      )
    else {
      t.deepEqual(view.tryReadBatch(), [bytes(1), bytes(2)])
      view.release()
    }
    t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE' })
  })
}

test('the byte stream’s error comes after its messages', (t) => {
  const { view } = viewOf('u32', [framed('u32', [bytes(1)]), new Error('gone')])
  t.is(
    view.readBatch(() => {}),
    1,
  )
  for (let i = 0; i < 2; i++) t.throws(() => view.tryRead(), { instanceOf: CamioError, code: 'ERR_CAMIO_SYSTEM' })
})

test('one lease at a time', (t) => {
  const { view } = viewOf('u32', [framed('u32', [bytes(1), bytes(2)])])
  t.throws(() => view.release(), { code: 'ERR_CAMIO_MISUSE' })
  view.tryRead()
  t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_MISUSE', message: /test:double/ })
  t.throws(() => view.tryReadBatch(), { code: 'ERR_CAMIO_MISUSE' })
})

test('backpressure: not now, then room', async (t) => {
  const inner = new Scripted({
    pushes: Array<number>(20).fill(0),
    limits: { maxMessage: 4096 },
    sizes: { read: 4096, write: 4096 },
  })
  const view = viewed(inner, init({}, { maxMessage: 4096 }), 'u32')
  while (view.tryWrite(new Uint8Array(1000)));
  const { messages } = view.stats.write
  t.true(messages > 0 && messages <= 4)
  const waiting = view.write(new Uint8Array(1000))
  t.false(await settled(waiting))
  inner.makeRoom()
  await waiting
  await view.flush()
  t.is(inner.output.length, (messages + 1) * 1004)
})

test('end flushes the block, and ends the byte stream', async (t) => {
  const { inner, view } = viewOf('u32')
  view.tryWrite(bytes(1))
  await view.end()
  t.deepEqual(inner.output, framed('u32', [bytes(1)]))
  t.is(inner.endings, 1)
  t.throws(() => view.tryWrite(bytes(2)), { code: 'ERR_CAMIO_ENDED' })
})

test('features and limits are those of a message stream', (t) => {
  const { view } = viewOf('u32', [], { maxMessage: 1024 * 1024 })
  t.is(view.features.framing, 'messages')
  t.is(view.maxClaim, 1024 * 1024 - 4)
  t.throws(() => view.tryClaim(-1), { code: 'ERR_CAMIO_MISUSE' })
})

/** Writes these messages, each into room for the longest, in batches of `limit`. */
function writeAll(view: MessagesView, messages: readonly Uint8Array[], limit: number): void {
  const room = Math.max(0, ...messages.map((message) => message.length))
  let written = 0
  while (written < messages.length) {
    const first = written
    const count = view.writeBatch(
      (memory, offset, _length, index) => {
        const message = messages[first + index]
        if (message === undefined) return false
        memory.set(message, offset)
        return message.length
      },
      room,
      limit,
    )
    if (count === 0) throw new Error('there is room')
    written += count
  }
}

for (const frame of MARKED) {
  test(`${frame}: a batch writes what single messages are, across blocks, whatever its limit`, (t) => {
    const lengths = [0, 1, 300, 31_000, 5, 40_000, 64, 64]
    const messages = lengths.map((length) => fitted(frame, counting(length, 11)))
    for (const limit of [1, 3, Infinity]) {
      const { inner, view } = viewOf(frame)
      writeAll(view, messages, limit)
      view.tryFlush()
      t.deepEqual(inner.output, framed(frame, messages))
      t.is(view.stats.write.messages, messages.length)
      t.is(view.stats.write.bytes, joined(messages).length)
    }
  })
}

test('a batch of small messages costs the byte stream one claim and one commit', (t) => {
  const { inner, view } = viewOf('u32')
  t.is(
    view.writeBatch(() => {}, 60, 500),
    500,
  )
  view.tryFlush()
  t.is(inner.stats.write.messages, 1)
  t.is(inner.stats.write.bytes, 500 * 64)
})

test('a message that the codec refuses is none; those before it in the batch are', (t) => {
  const { inner, view } = viewOf('line')
  const broken = () =>
    view.writeBatch((memory, offset, _length, index) => {
      memory[offset] = index === 2 ? 10 : 65 + index
    }, 1)
  t.throws(broken, { code: 'ERR_CAMIO_FRAME' })
  view.tryWrite(text('z'))
  view.tryFlush()
  t.is(fromText(inner.output), 'A\nB\nz\n')
})

test('a stream that breaks behind messages of a batch: how many went, and the error at the next call', (t) => {
  const { view } = viewOf('u32')
  const failure = new CamioError('ERR_CAMIO_RESET', 'gone', { uri: view.uri })
  const count = view.writeBatch((_memory, _offset, _length, index) => {
    if (index === 2) view.fail(failure)
  }, 10)
  t.is(count, 2)
  t.is(
    t.throws(() => view.writeBatch(() => {}, 10)),
    failure,
  )
})
