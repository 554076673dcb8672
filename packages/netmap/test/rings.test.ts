/** Rings full of nonsense: nothing outside of the memory is touched, nothing hangs, and the only error is the one that says so. */
import { Corrupt } from '@camio/core/link'
import test from 'ava'
import type { RingPlace } from '../dist/binding.js'
import { ExtraBuffers } from '../dist/extra.js'
import { Memory } from '../dist/memory.js'
import { FRAGMENTS, Ring, RingField, SLOT } from '../dist/ring.js'
import { RxQueue } from '../dist/rx.js'
import { TxQueue } from '../dist/tx.js'

/** `FUZZ=100000 npx ava ...` is the long run. */
const ROUNDS = Number(process.env.FUZZ ?? 3000)
const SLOTS = 8
const SIZE = 256
const COUNT = 40

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
type Pick = ReturnType<typeof random>

/** A number that is often nearly right. */
function number(pick: Pick, right: number): number {
  const others = [right + 1, right - 1, 0, -1, 1, 0x7fff_ffff, 0x8000_0000 | 0, pick(1 << 16), right << 4]
  return pick(3) === 0 ? others[pick(others.length)]! : right
}

const RINGS = 2
const RING_BYTES = 256 + SLOTS * 16
const BUFFERS = 1024

/** Two rings and their buffers. */
function world() {
  const buffer = new ArrayBuffer(BUFFERS + COUNT * SIZE)
  const memory = new Memory({ buffer, at: BUFFERS - 64, memory: 0 })
  const places: RingPlace[] = Array.from({ length: RINGS }, (_, i) => ({
    at: i * RING_BYTES,
    slots: SLOTS,
    buffers: BUFFERS,
    size: SIZE,
    count: COUNT,
    host: false,
  }))
  return { memory, places }
}

/** Words of a ring, as the kernel or somebody else writes them. */
function fill(pick: Pick, memory: Memory, { at }: RingPlace, tail: number, first: number): void {
  const base = at >> 2
  memory.words[base + RingField.HEAD] = memory.words[base + RingField.CUR] = 0
  memory.words[base + RingField.TAIL] = tail
  for (let i = 0; i < SLOTS; i++) {
    const slot = base + RingField.SLOTS + i * SLOT
    memory.words[slot] = number(pick, first + i)
    const more = pick(4) === 0 ? 0x20 : 0
    memory.words[slot + 1] = (number(pick, 60) & 0xffff) | ((more | (pick(4) << 8)) << 16)
  }
}

const counters = () => new Float64Array(16)

function outcome(work: () => void): 'good' | 'corrupt' {
  try {
    work()
    return 'good'
  } catch (error) {
    if (!(error instanceof Corrupt)) throw error
    return 'corrupt'
  }
}

function tally() {
  const seen = { good: 0, corrupt: 0 }
  return { seen, add: (what: 'good' | 'corrupt') => void seen[what]++ }
}

test(`received frames with any number in the ring, ${ROUNDS} rounds`, (t) => {
  const pick = random(1)
  const { seen, add } = tally()
  for (let round = 0; round < ROUNDS; round++) {
    const { memory, places } = world()
    fill(pick, memory, places[0]!, number(pick, pick(SLOTS)), 2)
    add(
      outcome(() => {
        const rx = new RxQueue(memory, [new Ring(memory, places[0]!)])
        let syncs = 0
        const rxSync = () => {
          // The kernel's turn, whatever it is worth.
          if (++syncs < 3) memory.words[RingField.TAIL] = number(pick, pick(SLOTS))
        }
        rx.owner = { counters: counters(), rxSync, freed() {} }
        let frames = 0
        const look = (bytes: Uint8Array, offset: number, length: number): void => {
          if (offset < 0 || offset + length > bytes.length) throw new Error(`${offset}, ${length} is outside`)
          if (bytes === memory.bytes && offset < BUFFERS + 2 * SIZE) throw new Error(`${offset} is no buffer`)
          if (length > FRAGMENTS * SIZE) throw new Error(`${length} bytes`)
        }
        const taker = {
          largest: FRAGMENTS * SIZE,
          readingOver: false,
          countRead: (count: number) => void (frames += count),
        }
        while (rx.next()) {
          rx.handOut(look, 1 + pick(SLOTS), taker)
          rx.free()
          if (frames > 10 * SLOTS) throw new Error('it has no end')
        }
      }),
    )
  }
  t.true(seen.good > ROUNDS / 100, JSON.stringify(seen))
  t.true(seen.corrupt > ROUNDS / 10, JSON.stringify(seen))
})

test(`claims and hand-over with any number in the rings, ${ROUNDS} rounds`, (t) => {
  const pick = random(2)
  const { seen, add } = tally()
  for (let round = 0; round < ROUNDS; round++) {
    const { memory, places } = world()
    fill(pick, memory, places[0]!, number(pick, SLOTS - 1), 2)
    fill(pick, memory, places[1]!, number(pick, pick(SLOTS)), 2 + SLOTS)
    const before = memory.bytes.slice(0, BUFFERS)
    add(
      outcome(() => {
        const tx = new TxQueue(memory, [new Ring(memory, places[0]!)])
        const rx = new RxQueue(memory, [new Ring(memory, places[1]!)])
        tx.owner = { counters: counters(), txSync() {} }
        rx.owner = { counters: counters(), rxSync() {}, freed() {} }
        const filler = { writingOver: false, lengthOf: (answer: unknown) => answer as number, countWritten() {} }
        for (let i = 0; i < 2 * SLOTS; i++) {
          const what = pick(3)
          if (what === 0) {
            const length = 14 + pick(SIZE - 14)
            if (tx.claim(length) < 0) break
            const write = (bytes: Uint8Array, offset: number): number => {
              if (offset < BUFFERS + 2 * SIZE || offset + SIZE > bytes.length) throw new Error(`${offset} is no buffer`)
              return length
            }
            tx.fill(write, length, 0, 1 + pick(SLOTS), filler)
          } else if (what === 1) {
            const length = 14 + pick(3 * SIZE)
            const offset = tx.claim(length)
            if (offset < 0) break
            if (tx.bytes === memory.bytes && offset < BUFFERS + 2 * SIZE) throw new Error(`${offset} is no buffer`)
            if (offset + length > tx.bytes.length) throw new Error(`${offset}, ${length} is outside`)
            tx.append(length)
          } else if (!rx.next()) break
          else if (tx.adopt(rx)) rx.free()
        }
        tx.send()
      }),
    )
    // Of the rings only what is the program's to write: head, cur and slots.
    for (const { at } of places)
      for (const field of [RingField.TAIL, RingField.SECONDS, 0, 1, 2, 3, 4])
        if (memory.words[(at >> 2) + field] !== new Int32Array(before.buffer)[(at >> 2) + field])
          t.fail(`field ${field}`)
  }
  t.true(seen.good > ROUNDS / 100, JSON.stringify(seen))
  t.true(seen.corrupt > ROUNDS / 10, JSON.stringify(seen))
})

test('hand-over exchanges buffers: each is in exactly one place', (t) => {
  const { memory, places } = world()
  const indexes = () =>
    places.flatMap(({ at }) =>
      Array.from({ length: SLOTS }, (_, i) => memory.words[(at >> 2) + RingField.SLOTS + i * SLOT]!),
    )
  for (const [i, { at }] of places.entries()) {
    const base = at >> 2
    memory.words[base + RingField.TAIL] = SLOTS - 1
    for (let slot = 0; slot < SLOTS; slot++) {
      memory.words[base + RingField.SLOTS + slot * SLOT] = 2 + i * SLOTS + slot
      memory.words[base + RingField.SLOTS + slot * SLOT + 1] = 60
    }
  }
  const before = indexes()
  const tx = new TxQueue(memory, [new Ring(memory, places[0]!)])
  const rx = new RxQueue(memory, [new Ring(memory, places[1]!)])
  tx.owner = { counters: counters(), txSync() {} }
  rx.owner = { counters: counters(), rxSync() {}, freed() {} }
  for (let i = 0; i < 5; i++) {
    t.true(rx.next())
    t.true(tx.adopt(rx))
    rx.free()
  }
  const after = indexes()
  t.notDeepEqual(after, before)
  t.deepEqual(
    [...after].sort((a, b) => a - b),
    [...before].sort((a, b) => a - b),
  )
  t.deepEqual(after.slice(0, 5), before.slice(SLOTS, SLOTS + 5))
  // NS_BUF_CHANGED on both.
  for (const { at } of places) t.is(memory.words[(at >> 2) + RingField.SLOTS + 1]! >>> 16, 1)
})

test(`lists of extra buffers with any number in them, ${ROUNDS} rounds`, (t) => {
  const pick = random(3)
  for (let round = 0; round < ROUNDS; round++) {
    const { memory, places } = world()
    const ring = new Ring(memory, places[0]!)
    const link = (index: number, to: number) => (memory.words[(BUFFERS + index * SIZE) >> 2] = to)
    const last = 20 + pick(10)
    memory.words[memory.extraHead] = number(pick, 20)
    for (let index = 20; index < last; index++) link(index, number(pick, index + 1))
    const extra = new ExtraBuffers(memory, ring, 10)
    if (extra.count > 10) t.fail(`${extra.count} buffers of 10`)
    const { count } = extra
    extra.giveBack()
    const listed = new Set<number>()
    for (let at = memory.words[memory.extraHead]!; at !== 0; at = memory.words[(BUFFERS + at * SIZE) >> 2]!) {
      if (listed.has(at) || !ring.holds(at)) return t.fail(`buffer ${at}`)
      listed.add(at)
    }
    if (listed.size !== count) t.fail(`${listed.size} of ${count} are listed`)
  }
  t.pass()
})

/** A ring of frames of 60 bytes, all of its slots but one filled by the kernel. */
function filled() {
  const { memory, places } = world()
  memory.words[RingField.TAIL] = 0
  for (let slot = 0; slot < SLOTS; slot++) {
    memory.words[RingField.SLOTS + slot * SLOT] = 2 + slot
    memory.words[RingField.SLOTS + slot * SLOT + 1] = 60
  }
  const rx = new RxQueue(memory, [new Ring(memory, places[0]!)])
  rx.owner = { counters: counters(), rxSync() {}, freed() {} }
  const fill = () => (memory.words[RingField.TAIL] = SLOTS - 1)
  return { rx, fill }
}

test('what is lent while the kernel is asked, and freed after that, is still owed to it', (t) => {
  const { rx, fill } = filled()
  fill()
  rx.next()
  rx.free()
  rx.next()
  // The end of the turn comes while the second frame is lent.
  t.true(rx.owes)
  rx.sync()
  t.false(rx.owes)
  rx.free()
  t.true(rx.owes)
})

test('a full ring is counted once, whether a sync or a poll of the system has moved the tail', (t) => {
  const polled = filled()
  polled.fill()
  t.true(polled.rx.next())
  t.is(polled.rx.full, 1)
  const synced = filled()
  synced.rx.owner = { counters: counters(), rxSync: synced.fill, freed() {} }
  t.true(synced.rx.next())
  t.true(synced.rx.next())
  t.is(synced.rx.full, 1)
})

test('a number that the kernel set back is seen', (t) => {
  const { memory, places } = world()
  const ring = new Ring(memory, places[0]!)
  ring.publish()
  ring.verify()
  memory.words[RingField.HEAD] = 3
  t.throws(() => ring.verify(), { instanceOf: Corrupt })
})
