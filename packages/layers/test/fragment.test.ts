/** Messages over an MTU, and what a hostile peer makes of it. */
import { crc32 } from 'node:zlib'
import { type Listener, listen, open, type Stream } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import {
  countOf,
  type Fragment,
  HEADER,
  LEAST_PIECE,
  pieceAt,
  readHeader,
  writeHeader,
} from '../dist/fragment/format.js'
import { Reassembly } from '../dist/fragment/reassembly.js'
import { fresh } from './transports.js'

interface Pair {
  readonly near: Stream
  readonly far: Stream
  readonly listener: Listener
}

type Options = { fragment?: string; chaos?: string }

async function pair(t: ExecutionContext, near: Options, far: Options, uri: string = fresh('mem')): Promise<Pair> {
  const listener = await listen(uri, far)
  const opened = await open(listener.uri, near)
  if (opened.features.connectionless) await opened.write(Buffer.from('hello'))
  const accepted = await listener.accept()
  t.teardown(async () => {
    await Promise.allSettled([opened, accepted].map((stream) => stream.close({ discard: true })))
    await listener.close()
  })
  return { near: opened, far: accepted, listener }
}

function message(length: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 8)) & 255))
}

/** All the fragments of a message. */
function fragments(bytes: Uint8Array, number: number, piece: number): Uint8Array[] {
  return Array.from({ length: countOf(bytes.length, piece) }, (_, index) => {
    const length = pieceAt(bytes.length, piece, index)
    const out = new Uint8Array(HEADER + length)
    writeHeader(out, 0, { number, length: bytes.length, piece, index, crc: crc32(bytes) })
    out.set(bytes.subarray(index * piece, index * piece + length), HEADER)
    return out
  })
}

async function drain(stream: Stream, quiet = 30): Promise<Buffer[]> {
  const got: Buffer[] = []
  const end = () => AbortSignal.timeout(quiet)
  try {
    for (
      let lease = await stream.read({ signal: end() });
      lease !== null;
      lease = await stream.read({ signal: end() })
    ) {
      got.push(Buffer.from(lease))
      stream.release()
    }
  } catch (error) {
    if ((error as Error).name !== 'TimeoutError') throw error
  }
  return got
}

test('messages of every length around the pieces arrive whole, over an MTU too', async (t) => {
  const { near, far } = await pair(t, { fragment: '100' }, { fragment: '100' })
  for (const length of [0, 1, 79, 80, 81, 159, 160, 161, 5000, 300_000]) {
    const sent = message(length, length)
    await Promise.all([near.write(sent), far.readable()])
    const lease = await far.read()
    t.true(sent.equals(lease!), `${length} bytes`)
    far.release()
  }
})

test('over udp: a message larger than any datagram', async (t) => {
  const options = { fragment: '1400' }
  const { near, far } = await pair(t, options, options, 'udp://127.0.0.1:0')
  await far.read()
  far.release()
  const sent = message(100_000, 1)
  await near.write(sent)
  t.true(sent.equals((await far.read())!))
  // Whoever sent the pieces sent the message, and is answered by that address.
  const answer = message(50_000, 2)
  const claim = far.tryClaim(answer.length, far.remote)
  claim!.set(answer)
  far.commit()
  far.release()
  t.true(answer.equals((await near.read())!))
  near.release()
})

test('a message of one piece is neither copied when it is written in place nor when it is read', async (t) => {
  const { near, far } = await pair(t, { fragment: '1400' }, { fragment: '1400' })
  for (let i = 0; i < 10; i++) {
    near.tryClaim(1000)!.fill(i)
    near.commit()
    t.is((await far.read())![0], i)
    far.release()
  }
  t.is(near.stats.write.copies + far.stats.read.copies, 0)
  near.tryClaim(10_000)!.fill(1)
  near.commit()
  await far.read()
  t.is(near.stats.write.copies + far.stats.read.copies, 2)
})

test('pieces that are lost, reordered and doubled: what arrives is whole, and comes once', async (t) => {
  const chaos = 'seed:11,loss:0.01,reorder:0.1,duplicate:0.1'
  const { near, far } = await pair(t, { fragment: '200' }, { fragment: '200', chaos })
  const sent = Array.from({ length: 300 }, (_, i) => message(1000 + ((i * 37) % 900), i))
  const [got] = await Promise.all([
    drain(far, 200),
    (async () => {
      for (const one of sent) await near.write(one)
      await near.end()
    })(),
  ])
  const numbers = got.map((one) => sent.findIndex((other) => other.equals(one)))
  t.false(numbers.includes(-1), 'a message that was never sent')
  t.is(new Set(numbers).size, numbers.length)
  t.true(got.length > 150 && got.length < 300, `${got.length}`)
})

test('bad options name themselves', async (t) => {
  await using server = await listen(fresh('mem'))
  for (const fragment of [
    '10',
    '1MiB',
    'many',
    '1400,memory:1',
    '1400,timeout:0',
    '1400,time:1s',
    '1400,memory:1MiB,memory:1MiB',
  ])
    await t.throwsAsync(open(server.uri, { fragment }), { code: 'ERR_CAMIO_BAD_OPTION', message: /option "fragment"/ })
  await t.throwsAsync(open('tcp://127.0.0.1:1', { fragment: '1400' }), { code: 'ERR_CAMIO_BAD_OPTION' })
  await t.throwsAsync(open('udp://127.0.0.1:1', { fragment: '65555' }), { code: 'ERR_CAMIO_BAD_OPTION' })
})

test('pieces of a long message arrive in any order', (t) => {
  const bytes = message(300_000, 3)
  const own = fragments(bytes, 9, 500)
  for (const order of [own.toReversed(), own.toSorted((a, b) => crc32(a) - crc32(b))]) {
    const reassembly = new Reassembly({ memory: 1 << 20, timeout: 60_000 }, () => t.fail('given up'))
    const got = order.map((piece) => reassembly.add(piece, headerOf(piece), '')).filter((one) => one !== null)
    t.is(got.length, 1)
    t.true(bytes.equals(got[0]!))
    t.is(reassembly.bytes, 0)
  }
})

test('a long message costs no more memory than a few times what has come of it', (t) => {
  const [first] = fragments(message(100, 1), 0, LEAST_PIECE)
  const length = 16 << 20
  const reassembly = new Reassembly({ memory: 64 * length, timeout: 60_000 }, () => {})
  const before = process.memoryUsage().arrayBuffers
  for (let number = 0; number < 60; number++)
    reassembly.add(first!, { ...headerOf(first!), length, number }, 'attacker')
  t.is(reassembly.messages, 60)
  t.true(process.memoryUsage().arrayBuffers - before < length)
})

test('a message that is never complete is given up in time, and counted', async (t) => {
  const { near, far } = await pair(t, {}, { fragment: '100,timeout:20ms' })
  const waiting = far.read()
  await near.write(fragments(message(500, 1), 1, 80)[0]!)
  await new Promise((resolve) => setTimeout(resolve, 60))
  t.is(far.stats.read.overruns, 1)
  for (const piece of fragments(message(500, 2), 2, 80)) await near.write(piece)
  t.true(message(500, 2).equals((await waiting)!))
})

// ------------------------------------------------------------------------------------------------ hostile peers

const LIMIT = 4096

/** What a peer may send: noise, headers that lie, fragments of true messages - cut, doubled, changed, under the wrong number. */
interface Act {
  readonly kind: 'noise' | 'lie' | 'true' | 'all' | 'flipped' | 'renumbered' | 'cut'
  readonly which: number
  readonly at: number
  readonly value: number
  readonly bytes: Uint8Array
}

const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Act['kind'][]>('noise', 'lie', 'true', 'true', 'all', 'flipped', 'renumbered', 'cut'),
    which: fc.nat(7),
    at: fc.nat(10_000),
    value: fc.nat(2 ** 32 - 1),
    bytes: fc.uint8Array({ maxLength: 200 }),
  }),
  { maxLength: 200 },
)

const truths = Array.from({ length: 8 }, (_, i) => message(200 + i * 150, i))
const pieces = truths.map((bytes, i) => fragments(bytes, 1000 + i, LEAST_PIECE + i))

/** What one act puts on the wire. */
function sentBy(act: Act): Uint8Array[] {
  if (act.kind !== 'all') return [forged(act)]
  // From somewhere on, and around: in an order that is not the right one.
  const own = pieces[act.which]!
  return own.map((_, i) => own[(i + act.at) % own.length]!)
}

function forged({ kind, which, at, value, bytes }: Act): Uint8Array {
  const own = pieces[which]!
  const piece = own[at % own.length]!.slice()
  switch (kind) {
    case 'true':
      return piece
    case 'flipped':
      piece[at % piece.length]! ^= 1 << (value & 7)
      return piece
    case 'renumbered': {
      const header = headerOf(piece)
      writeHeader(piece, 0, { ...header, number: 1000 + (value % 8) })
      return piece
    }
    case 'cut':
      return piece.subarray(0, at % piece.length)
    case 'lie': {
      const out = new Uint8Array(HEADER + bytes.length)
      writeHeader(out, 0, { number: 1000 + which, length: value % 10_000, piece: at % 3000, index: at % 9, crc: value })
      out.set(bytes, HEADER)
      return out
    }
    default:
      return bytes
  }
}

function headerOf(bytes: Uint8Array): Fragment {
  const header = { number: 0, length: 0, piece: 0, index: 0, crc: 0 }
  readHeader(bytes, Number.MAX_SAFE_INTEGER, header)
  return header
}

test('hostile fragments: nothing crashes, no bound is exceeded, and no message comes that was not sent whole', (t) => {
  let delivered = 0
  fc.assert(
    fc.property(acts, fc.nat(50), (script, step) => {
      let now = 0
      let lost = 0
      const reassembly = new Reassembly(
        { memory: LIMIT, timeout: 1000 },
        () => lost++,
        () => now,
      )
      for (const act of script) {
        now += step
        for (const bytes of sentBy(act)) {
          const header = { number: 0, length: 0, piece: 0, index: 0, crc: 0 }
          if (!readHeader(bytes, LIMIT, header)) continue
          const got = reassembly.add(bytes, header, '')
          if (reassembly.bytes > LIMIT || reassembly.messages > 256) t.fail('a bound is exceeded')
          if (got === null) continue
          delivered++
          t.true(isTrue(got) || saysSo(script, got), 'a message that nobody sent whole')
        }
      }
      now += 1001
      t.is(reassembly.expire(), null)
      t.is(reassembly.bytes + reassembly.messages, 0)
      t.true(lost <= script.length * 30)
    }),
    { numRuns: 300 },
  )
  t.true(delivered > 20, 'hardly anything arrived: the property says nothing')
})

function isTrue(got: Uint8Array): boolean {
  return truths.some((truth) => truth.equals(got))
}

/** A lie of one piece that is consistent with itself is a message of the liar's own. */
function saysSo(script: readonly Act[], got: Uint8Array): boolean {
  return script.some(
    ({ kind, bytes, value }) => kind === 'lie' && crc32(got) === value && Buffer.compare(bytes, got) === 0,
  )
}

test('a flood of beginnings stays within the bounds, and a true message comes through behind it', (t) => {
  let lost = 0
  const reassembly = new Reassembly({ memory: 1 << 20, timeout: 1000 }, () => lost++)
  const header = { number: 0, length: 0, piece: 0, index: 0, crc: 0 }
  for (let number = 0; number < 2000; number++) {
    const [first] = fragments(message(100, 1), number, LEAST_PIECE)
    const length = number % 2 === 0 ? 1 << 20 : 100
    const claims = { ...headerOf(first!), length, index: 0, number }
    reassembly.add(first!, claims, `attacker ${number % 7}`)
    if (reassembly.bytes > 1 << 20 || reassembly.messages > 256) t.fail('a bound is exceeded')
  }
  t.true(lost > 1700)
  const truth = message(2000, 5)
  let got: Uint8Array | null = null
  for (const piece of fragments(truth, 7, 500)) {
    t.true(readHeader(piece, 1 << 20, header))
    got = reassembly.add(piece, header, 'friend')
  }
  t.true(truth.equals(got!))
})

test('a stream survives whatever a peer sends, and goes on', async (t) => {
  const { near, far } = await pair(t, {}, { fragment: '300,memory:4KiB' })
  await fc.assert(
    fc.asyncProperty(acts, async (script) => {
      for (const act of script) {
        for (const bytes of sentBy(act)) await near.write(bytes)
        far.readBatch((bytes, offset, length) => {
          const got = bytes.slice(offset, offset + length)
          t.true(isTrue(got) || saysSo(script, got))
        })
      }
    }),
    { numRuns: 30 },
  )
  const sent = message(1500, 99)
  for (const piece of fragments(sent, 77, 200)) await near.write(piece)
  t.true((await drain(far)).some((one) => one.equals(sent)))
})

test('numbers do not mix senders: the same number of two of them are two messages', (t) => {
  const reassembly = new Reassembly({ memory: LIMIT, timeout: 1000 }, () => {})
  const [a, b] = [message(300, 1), message(300, 2)]
  const header = { number: 0, length: 0, piece: 0, index: 0, crc: 0 }
  const got: string[] = []
  const [ofA, ofB] = [fragments(a, 5, 100), fragments(b, 5, 100)]
  for (let i = 0; i < ofA.length; i++)
    for (const [sender, piece] of [
      ['a', ofA[i]!],
      ['b', ofB[i]!],
    ] as const) {
      t.true(readHeader(piece, LIMIT, header))
      const whole = reassembly.add(piece, header, sender)
      if (whole !== null) got.push(`${sender} ${sender === 'a' ? a.equals(whole) : b.equals(whole)}`)
    }
  t.deepEqual(got, ['a true', 'b true'])
})
