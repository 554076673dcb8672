/** Rings full of nonsense: nothing outside of the memory is touched, nothing hangs, and the only error is the one that says so. */

import { Corrupt } from '@camio/core/link'
import test from 'ava'
import type { Binding, RingPlace } from '../dist/binding.js'
import { PacketRing } from '../dist/packet/ring.js'
import { CHUNK, Memory, Owner } from '../dist/xdp/memory.js'
import { RxQueue } from '../dist/xdp/rx.js'
import { TxQueue } from '../dist/xdp/tx.js'

/** `npm run test:long -w @camio/xdp` sets it to 100,000. */
const ROUNDS = Number(process.env.FUZZ ?? 3000)
const BLOCK = 4096

/** xorshift: the same numbers every time. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** A number that is often nearly right. */
function number(pick: (below: number) => number, right: number): number {
  return [right, right + 1, right - 1, 0, -1, 0x7fff_ffff, 0x8000_0000 | 0, pick(1 << 16), right << 4, right, right][
    pick(11)
  ]!
}

function inside(bytes: Uint8Array, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error(`${offset}, ${length} is outside`)
}

/** Reads all that the source gives, up to `together` frames at a time. @returns how many, or -1: it was corrupt */
function drain(source: PacketRing | RxQueue, most: number, together: number): number {
  let count = 0
  const taker = { largest: 1500, readingOver: false, countRead: (frames: number) => void (count += frames) }
  try {
    while (count <= most) {
      if (!source.next()) return count
      const before = count
      source.handOut(inside, together, taker)
      if (count - before < 1 || count - before > together) throw new Error(`${count - before} of ${together} frames`)
      source.free()
    }
    throw new Error('it has no end')
  } catch (error) {
    if (!(error instanceof Corrupt)) throw error
    return -1
  }
}

test('a ring of TPACKET_V3 with any number in it', (t) => {
  const pick = random(1)
  const outcomes = { good: 0, corrupt: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const ring = new ArrayBuffer(2 * BLOCK)
    const words = new Int32Array(ring)
    const count = 1 + pick(4)
    words.set([0, 0, 1 | (pick(2) << 2), number(pick, count), number(pick, 48), number(pick, 48 + count * 256)], 0)
    for (let i = 0; i < count; i++) {
      const at = (48 + i * 256) >> 2
      const last = i === count - 1
      words.set([number(pick, last ? 0 : 256), 1, 2, number(pick, 60), 60, 1 | (pick(2) << 4) | (pick(2) << 6)], at)
      words[at + 6] = number(pick, 86)
      words[at + 8] = pick(1 << 16)
    }
    const source = new PacketRing(ring, BLOCK, { losing() {} })
    if (drain(source, 2 * BLOCK, 1 + pick(4)) < 0) outcomes.corrupt++
    else outcomes.good++
  }
  t.true(outcomes.good > ROUNDS / 100, JSON.stringify(outcomes))
  t.true(outcomes.corrupt > ROUNDS / 10, JSON.stringify(outcomes))
})

test('frames that lie behind each other are handed out together, up to one that needs more than a look', (t) => {
  const ring = new ArrayBuffer(BLOCK)
  const words = new Int32Array(ring)
  const VLAN = 1 << 4
  const frames = [
    { length: 60 },
    { length: 61 },
    { length: 62, status: VLAN },
    { length: 63 },
    { length: 600 },
    { length: 64, whole: 2000 },
    { length: 65 },
  ]
  words.set([0, 0, 1, frames.length, 48, BLOCK])
  frames.forEach(({ length, status = 0, whole = length }, i) => {
    words.set([512, i, 0, length, whole, 1 | status, 86], (48 + i * 512) >> 2)
  })
  const source = new PacketRing(ring, BLOCK, { losing() {} })
  let batch: number[] = []
  const taker = { largest: 500, readingOver: false, countRead: (count: number) => t.is(count, batch.length) }
  const next = () => {
    batch = []
    if (!source.next()) return null
    if (source.length > taker.largest || !source.whole) return 'another'
    t.true(source.handOut((_bytes, _offset, length) => void batch.push(length), 64, taker))
    return batch
  }
  t.deepEqual(next(), [60, 61])
  // With its tag, and what lies behind it.
  t.deepEqual(next(), [66, 63])
  t.is(next(), 'another')
  t.is(next(), 'another')
  t.deepEqual(next(), [65])
  t.is(source.time, 6000)
  source.free()
  t.is(next(), null)
})

test('a frame that the kernel has cut is told from one that is whole', (t) => {
  const ring = new ArrayBuffer(BLOCK)
  const words = new Int32Array(ring)
  words.set([0, 0, 1, 2, 48, 48 + 2 * 256])
  for (const [at, length] of [
    [48, 60],
    [48 + 256, 70_000],
  ] as const)
    words.set([256, 1, 2, 60, length, 1, 86], at >> 2)
  const source = new PacketRing(ring, BLOCK, { losing() {} })
  t.true(source.next() && source.whole)
  t.true(source.next() && !source.whole)
  source.free()
  t.false(source.next())
})

const ENTRIES = 8

function ring(words: number): RingPlace & { readonly view: Int32Array } {
  const buffer = new ArrayBuffer(64 + ENTRIES * words * 4)
  return { buffer, entries: ENTRIES, producer: 0, consumer: 4, flags: 8, descriptors: 64, view: new Int32Array(buffer) }
}

function memory(seats = 1): Memory {
  const pages = { memoryOpen: (bytes: number) => ({ id: 0, buffer: new ArrayBuffer(bytes) }), memoryClose() {} }
  return new Memory(pages as unknown as Binding, { rx: ENTRIES, tx: ENTRIES, seats }, () => {})
}

test('rings of AF_XDP with any number in them: received frames', (t) => {
  const pick = random(2)
  const outcomes = { good: 0, corrupt: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const shared = memory(2)
    const [seat, other] = [shared.sit()!, shared.sit()!]
    const [rx, fill] = [ring(4), ring(2)]
    const queue = new RxQueue(seat, rx, fill)
    queue.owner = { counters: new Float64Array(16), pull() {} }
    queue.refill()
    // What another stream has with the kernel is not ours, whatever our ring says.
    const foreign = other.take()
    shared.owner[foreign] = Owner.FILL
    const count = 1 + pick(ENTRIES)
    rx.view[0] = number(pick, count)
    for (let i = 0; i < count; i++) {
      const address = (pick(16) === 0 ? foreign * CHUNK : fill.view[16 + 2 * i]!) + 256
      rx.view.set([number(pick, address), pick(8) === 0 ? 1 : 0, number(pick, 60), pick(8) === 0 ? 1 : 0], 16 + 4 * i)
    }
    // The kernel's side of the fill ring.
    if (pick(4) === 0) fill.view[1] = number(pick, count)
    if (drain(queue, 3 * ENTRIES, 1 + pick(ENTRIES)) < 0) outcomes.corrupt++
    else outcomes.good++
    if (shared.owner[foreign] !== Owner.FILL) t.fail('a chunk of another stream was taken')
  }
  t.true(outcomes.good > ROUNDS / 100, JSON.stringify(outcomes))
  t.true(outcomes.corrupt > ROUNDS / 10, JSON.stringify(outcomes))
})

test('rings of AF_XDP with any number in them: completions', (t) => {
  const pick = random(3)
  const outcomes = { good: 0, corrupt: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const seat = memory().sit()!
    const [tx, completion] = [ring(4), ring(2)]
    const queue = new TxQueue(seat, tx, completion)
    let count = 0
    const filler = {
      writingOver: false,
      lengthOf: () => 60,
      countWritten: (frames: number) => void (count += frames),
    }
    const wanted = 1 + pick(ENTRIES)
    if (queue.claim(60) >= 0) queue.fill((_bytes, offset) => void t.is(offset % CHUNK, 0), 60, 0, wanted, filler)
    queue.cancel()
    t.is(count, wanted)
    queue.publish()
    completion.view[0] = number(pick, count)
    tx.view[1] = number(pick, count)
    for (let i = 0; i < count; i++) completion.view.set([number(pick, i * CHUNK), pick(8) === 0 ? 1 : 0], 16 + 2 * i)
    try {
      queue.collect()
      queue.pending()
      outcomes.good++
    } catch (error) {
      if (!(error instanceof Corrupt)) throw error
      outcomes.corrupt++
    }
    // Whatever stands there: no chunk is two's.
    const { owner } = seat.memory
    const idle = new Set<number>()
    for (let chunk = seat.take(); chunk >= 0; chunk = seat.take()) {
      if (idle.has(chunk) || owner[chunk] !== Owner.NOBODY) t.fail(`chunk ${chunk} is given twice`)
      idle.add(chunk)
    }
  }
  t.true(outcomes.good > ROUNDS / 100, JSON.stringify(outcomes))
  t.true(outcomes.corrupt > ROUNDS / 10, JSON.stringify(outcomes))
})
