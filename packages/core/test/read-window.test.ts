/** The window against an array: whatever is done to it, the bytes are those that came, in order and contiguous. */
import test from 'ava'
import fc from 'fast-check'
import { ReadWindow } from '../dist/bytes/read-window.js'
import { watchPool } from './support/watch-pool.js'

const CHUNK = 4096
const LIMIT = 20_000

type Step = { kind: 'fill' | 'append' | 'consume' | 'skip' | 'detach' | 'shrink'; part: number }

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind']>('fill', 'fill', 'append', 'consume', 'consume', 'skip', 'detach', 'shrink'),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 60 },
)

class Model {
  /** What the window must hold, and how many of these bytes were lent before. */
  held: number[] = []
  examined = 0
  next = 0

  bytes(count: number): number[] {
    return Array.from({ length: count }, () => this.next++ & 255)
  }
}

function apply(window: ReadWindow, model: Model, { kind, part }: Step): void {
  switch (kind) {
    case 'fill': {
      if (window.makeRoom(LIMIT) < 0) {
        if (model.held.length < LIMIT) throw new Error('refused below the limit')
        return
      }
      const room = window.room(LIMIT)
      if (room <= 0) throw new Error('made no room')
      const content = model.bytes(1 + Math.floor(part * (room - 1)))
      window.bytes!.set(content, window.end)
      window.filled(content.length)
      model.held.push(...content)
      return
    }
    case 'append': {
      const content = model.bytes(1 + Math.floor(part * 3000))
      const copies = window.append(Uint8Array.from(content), LIMIT)
      if (copies >= 0) model.held.push(...content)
      else if (model.held.length + content.length <= LIMIT) throw new Error('refused below the limit')
      else model.next -= content.length
      return
    }
    case 'consume': {
      const count = Math.floor(part * (model.held.length + 0.999))
      window.consume(count)
      model.held.splice(0, count)
      model.examined = model.held.length
      return
    }
    case 'skip': {
      const count = Math.floor(part * (model.held.length + 0.999))
      window.skip(count)
      model.held.splice(0, count)
      model.examined = Math.max(0, model.examined - count)
      return
    }
    case 'detach':
      window.detach()
      return
    case 'shrink':
      window.shrink()
  }
}

function agrees(window: ReadWindow, model: Model): boolean {
  if (window.length !== model.held.length) return false
  if (window.fresh !== model.examined < model.held.length) return false
  for (let i = 0; i < model.held.length; i++) if (window.bytes![window.start + i] !== model.held[i]) return false
  return true
}

test.serial('any operations: nothing lost, contiguous, "fresh" exactly when there is something new', (t) => {
  const watch = watchPool()
  try {
    fc.assert(
      fc.property(steps, (list) => {
        const window = new ReadWindow(CHUNK)
        const model = new Model()
        for (const step of list) {
          apply(window, model, step)
          if (!agrees(window, model)) return false
          if (watch.out.size > 1) throw new Error('holds more than one block')
        }
        window.drop()
        return watch.out.size === 0
      }),
      { numRuns: 400 },
    )
  } finally {
    watch.stop()
  }
  t.pass()
})

test.serial('adopted memory is lent where it lies, and never enters the pool', (t) => {
  const watch = watchPool()
  try {
    const window = new ReadWindow(CHUNK)
    const chunk = Uint8Array.of(1, 2, 3)
    t.is(window.append(chunk, LIMIT), 0)
    t.is(window.bytes, chunk)
    window.consume(3)
    window.drop()
    t.is(watch.out.size, 0)
  } finally {
    watch.stop()
  }
})

test('it grows to the limit and not beyond, and says when it is full', (t) => {
  const window = new ReadWindow(CHUNK)
  let length = 0
  while (window.makeRoom(LIMIT) >= 0) {
    const room = window.room(LIMIT)
    window.filled(room)
    window.consume(0)
    length += room
  }
  t.is(length, LIMIT)
  t.is(window.length, LIMIT)
  window.consume(1)
  t.true(window.makeRoom(LIMIT) >= 0)
  window.drop()
})
