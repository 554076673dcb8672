/** Frames byte for byte, as others write and read them, and what a hostile peer may send instead. */
import { END, type StreamLimits } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { framed } from '../dist/layers/framed.js'
import { FRAME_NAMES, type FrameName } from '../dist/layers/frames/names.js'
import { bytes, counting, fromText, init, joined, text } from './support/init.js'
import { type PullStep, Scripted } from './support/scripted.js'

const AB = bytes(0x61, 0x62)

function pairOf(frame: FrameName, pulls: PullStep[] = [], limits: Partial<StreamLimits> = {}) {
  const inner = new Scripted({ pulls, limits })
  return { inner, view: framed(inner, init({}, limits), frame) }
}

function written(frame: FrameName, ...messages: Uint8Array[]): Uint8Array {
  const { inner, view } = pairOf(frame)
  for (const message of messages) view.tryWrite(message)
  view.tryFlush()
  return inner.output
}

const FRAMES: ReadonlyArray<readonly [FrameName, Uint8Array, Uint8Array]> = [
  ['u8', AB, bytes(2, 0x61, 0x62)],
  ['u16', AB, bytes(0, 2, 0x61, 0x62)],
  ['u16le', AB, bytes(2, 0, 0x61, 0x62)],
  ['u32', AB, bytes(0, 0, 0, 2, 0x61, 0x62)],
  ['u32le', AB, bytes(2, 0, 0, 0, 0x61, 0x62)],
  ['u64', AB, bytes(0, 0, 0, 0, 0, 0, 0, 2, 0x61, 0x62)],
  ['u64le', AB, bytes(2, 0, 0, 0, 0, 0, 0, 0, 0x61, 0x62)],
  ['varint', AB, bytes(2, 0x61, 0x62)],
  ['varint', new Uint8Array(300), joined([bytes(0xac, 2), new Uint8Array(300)])],
  ['line', AB, bytes(0x61, 0x62, 10)],
  // The examples that everybody gives, and the borders of a block of 254 bytes.
  ['cobs', bytes(), bytes(1, 0)],
  ['cobs', bytes(0), bytes(1, 1, 0)],
  ['cobs', bytes(0, 0), bytes(1, 1, 1, 0)],
  ['cobs', bytes(0x11, 0x22, 0, 0x33), bytes(3, 0x11, 0x22, 2, 0x33, 0)],
  ['cobs', bytes(0x11, 0, 0, 0), bytes(2, 0x11, 1, 1, 1, 0)],
  ['cobs', counting(254, 1), joined([bytes(0xff), counting(254, 1), bytes(0)])],
  ['cobs', joined([bytes(0), counting(254, 1)]), joined([bytes(1, 0xff), counting(254, 1), bytes(0)])],
  ['cobs', counting(255, 1), joined([bytes(0xff), counting(254, 1), bytes(2, 0xff, 0)])],
  ['cobs', joined([counting(254, 1), bytes(0)]), joined([bytes(0xff), counting(254, 1), bytes(1, 1, 0)])],
  ['none', AB, AB],
]

for (const [i, [frame, message, expected]] of FRAMES.entries()) {
  test(`${frame}: frame ${i}, of ${message.length} bytes, is the one that others write`, (t) => {
    t.deepEqual(written(frame, message), expected)
    const { view } = pairOf(frame, [expected, END])
    t.deepEqual(view.tryRead(), message)
    view.release()
    t.is(view.tryRead(), null)
    t.true(view.ended)
  })
}

test('any length has the prefix that DataView writes, in either order', (t) => {
  const sizes = [0, 1, 127, 128, 255, 256, 0x1234, 0xffff, 0x1_2345]
  for (const size of sizes) {
    const view = new DataView(new ArrayBuffer(8))
    view.setBigUint64(0, BigInt(size))
    const length = new Uint8Array(view.buffer)
    const message = new Uint8Array(size)
    for (const [frame, width] of [
      ['u8', 1],
      ['u16', 2],
      ['u32', 4],
      ['u64', 8],
    ] as const) {
      if (size >= 256 ** width) continue
      const big = length.slice(8 - width)
      t.deepEqual(written(frame, message).subarray(0, width), big)
      if (width > 1) t.deepEqual(written(`${frame}le` as FrameName, message).subarray(0, width), big.toReversed())
    }
  }
})

// -------------------------------------------------------------------------------------------------------- too large

const ANNOUNCED: ReadonlyArray<readonly [FrameName, Uint8Array, string]> = [
  ['u8', bytes(200), '200'],
  ['u16', bytes(0xff, 0xff), '65535'],
  ['u16le', bytes(0, 1), '256'],
  ['u32', bytes(0x80, 0, 0, 0), '2147483648'],
  ['u32le', bytes(0xff, 0xff, 0xff, 0xff), '4294967295'],
  ['u64', bytes(0, 0, 0, 1, 0, 0, 0, 1), '4294967297'],
  ['u64', bytes(0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff), '4294967295'],
  ['u64', bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), '18446744073709552000'],
  ['u64le', bytes(1, 0, 0, 0, 1, 0, 0, 0), '4294967297'],
  ['u64le', bytes(0, 0, 0, 0, 0, 0, 0, 0x80), '9223372036854775807|9223372036854775808|9223372036854776000'],
  ['varint', bytes(0xac, 2), '300'],
  ['varint', bytes(0xff, 0xff, 0xff, 0xff, 0x0f), '4294967295'],
  ['varint', bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0x01), '34359738368'],
]

for (const [frame, mark, size] of ANNOUNCED) {
  test(`${frame}: a length of ${size} is refused by its mark alone, whatever pieces it comes in`, (t) => {
    for (let cut = 0; cut < mark.length; cut++) {
      const pieces = [mark.subarray(0, cut), mark.subarray(cut)].filter((piece) => piece.length > 0)
      const { inner, view } = pairOf(frame, [...pieces], { maxMessage: 100 })
      const read = () => {
        for (let i = 0; i < pieces.length; i++) t.is(view.tryRead(), null)
      }
      const error = t.throws(read, { code: 'ERR_CAMIO_TOO_LARGE', message: /max-message\) of \d+ bytes/ })
      t.regex(error!.message, new RegExp(`of (${size}) bytes is over the limit of 100`))
      t.is(inner.pullCalls, pieces.length)
      t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE' })
    }
  })
}

for (const frame of FRAME_NAMES) {
  test(`${frame}: any bytes are messages within the limit, or one typed error that stays`, (t) => {
    const limits = { maxMessage: 300 }
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 })
    fc.assert(
      fc.property(pieces, fc.boolean(), (given, batches) => {
        const { view } = pairOf(frame, [...given, END], limits)
        const check = (_memory: Uint8Array, _offset: number, length: number): void => {
          t.true(length <= 300)
        }
        const read = (): void => {
          if (batches) view.readBatch(check)
          const message = view.tryRead()
          if (message === null) return
          t.true(message.length <= 300)
          view.release()
        }
        let code: unknown = null
        for (let i = 0; i < 900 && !view.ended && code === null; i++) {
          try {
            read()
          } catch (error) {
            code = (error as { code: string }).code
          }
        }
        t.true(view.ended !== (code !== null))
        if (code === null) return
        t.true(['ERR_CAMIO_TOO_LARGE', 'ERR_CAMIO_TRUNCATED', 'ERR_CAMIO_FRAME'].includes(code as string))
        t.throws(() => view.tryRead(), { code: code as string })
      }),
    )
  })
}

test('a view claims no more than its mark can say', (t) => {
  for (const [frame, most] of [
    ['u8', 255],
    ['u16', 65_535],
    ['u16le', 65_535],
  ] as const) {
    const { view } = pairOf(frame)
    t.is(view.maxClaim, most)
    t.is(view.features.mtu, most)
    t.throws(() => view.tryClaim(most + 1), { code: 'ERR_CAMIO_TOO_LARGE' })
  }
})

// -------------------------------------------------------------------------------------------------------- varint

const WRONG = [bytes(0x80, 0), bytes(0x81, 0), bytes(0x80, 0x80, 0x80, 0x80, 0), new Uint8Array(11).fill(0x80)]

for (const mark of WRONG) {
  test(`varint: ${Buffer.from(mark).toString('hex')} is no length: ERR_CAMIO_FRAME, after the messages before it`, (t) => {
    const { view } = pairOf('varint', [joined([bytes(1, 7), mark, new Uint8Array(10)])])
    t.deepEqual(view.tryRead(), bytes(7))
    view.release()
    for (let i = 0; i < 2; i++)
      t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_FRAME', message: /test:double.*frame=varint/ })
  })
}

test('varint: a message that is shorter than its claim is moved, and counted, only if its length takes fewer bytes', (t) => {
  const { inner, view } = pairOf('varint')
  const send = (claimed: number, committed: number) => {
    view.tryClaim(claimed)!.set(counting(committed, 1))
    view.commit(committed)
  }
  send(127, 100)
  send(300, 200)
  t.is(view.stats.write.copies, 0)
  send(300, 100)
  t.is(view.stats.write.copies, 1)
  view.tryFlush()
  const expected = [100, 200, 100].map((length) => counting(length, 1))
  t.deepEqual(inner.output, joined(expected.map((message) => written('varint', message))))
})

// -------------------------------------------------------------------------------------------------------- cobs

test('cobs: messages of up to 254 bytes are encoded where they are; larger ones are moved, and counted', (t) => {
  const { view } = pairOf('cobs')
  for (const length of [0, 1, 253, 254]) {
    view.tryClaim(length)
    view.commit()
  }
  t.is(view.stats.write.copies, 0)
  view.tryClaim(255)
  view.commit()
  t.is(view.stats.write.copies, 1)
})

test('cobs: reading copies each message once, and leaves the byte stream’s memory as it is', (t) => {
  const frames = written('cobs', bytes(1, 0, 2), bytes(0))
  const before = frames.slice()
  const inner = new Scripted({ pulls: [frames] })
  const view = framed(inner, init(), 'cobs')
  t.deepEqual(view.tryRead(), bytes(1, 0, 2))
  view.release()
  t.is(
    view.readBatch((memory, offset, length) => void t.deepEqual(memory.slice(offset, offset + length), bytes(0))),
    1,
  )
  t.is(view.stats.read.copies, 2)
  t.is(view.stats.read.bytes, 4)
  t.deepEqual(frames, before)
})

for (const bad of [bytes(0), bytes(5, 1, 0), bytes(2, 1, 3, 1, 0)]) {
  test(`cobs: ${Buffer.from(bad).toString('hex')} is no frame: ERR_CAMIO_FRAME, after the messages before it`, (t) => {
    const { view } = pairOf('cobs', [joined([written('cobs', bytes(7)), bad])])
    t.is(
      view.readBatch(() => {}),
      1,
    )
    for (let i = 0; i < 2; i++)
      t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_FRAME', message: /test:double.*frame=cobs/ })
  })
}

test('cobs: a frame that is short enough may hold a message that is not', (t) => {
  const zeros = new Uint8Array(1002)
  const { view } = pairOf('cobs', [written('cobs', zeros)], { maxMessage: 1000 })
  t.throws(() => view.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE', message: /of 1002 bytes/ })
  const enough = pairOf('cobs', [written('cobs', counting(100, 1))], { maxMessage: 100 }).view
  t.is(enough.tryRead()!.length, 100)
})

// -------------------------------------------------------------------------------------------------------- none

test('none: what is at hand is a message, no larger than max-message; lent where it lies', (t) => {
  const { inner, view } = pairOf('none', [counting(250), text('x'), END], { maxMessage: 100 })
  const lengths: number[] = []
  while (!view.ended) view.readBatch((_memory, _offset, length) => void lengths.push(length))
  t.deepEqual(lengths, [100, 100, 50, 1])
  t.is(view.stats.read.copies, 0)
  t.is(inner.stats.read.copies, 0)
})

test('none: messages go as they are, and one without bytes leaves nothing', (t) => {
  const { inner, view } = pairOf('none')
  for (const message of ['ab', '', 'c']) view.tryWrite(text(message))
  view.tryFlush()
  t.is(fromText(inner.output), 'abc')
  t.is(view.stats.write.messages, 3)
})
