/** Waiters: who waits is told exactly once, whatever order things happen in. */
import { Interest, Source, type Waiter } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { waitFor } from '../dist/wait/wait.js'
import { settled, turn } from './support/init.js'

class Bell extends Source {
  readonly uri = 'test:bell'
  on = false
  arms = 0
  disarms = 0
  /** What happens while it is being armed. */
  whileArming: () => boolean = () => false

  ready(): boolean {
    return this.on
  }
  arm(): boolean {
    this.arms++
    return this.whileArming()
  }
  disarm(): void {
    this.disarms++
  }
  async close(): Promise<void> {
    this.wakeAll()
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

class Note implements Waiter {
  told = 0
  notify(): void {
    this.told++
  }
}

test('who is ready is told by the answer, not by a call', (t) => {
  const bell = new Bell()
  const note = new Note()
  bell.on = true
  t.true(bell.watch(Interest.READ, note))
  bell.wake(Interest.READ)
  t.is(note.told, 0)
  t.is(bell.arms, 0)
})

test('many wait at once; the driver is armed once, and each is told once', (t) => {
  const bell = new Bell()
  const notes = [new Note(), new Note(), new Note()]
  for (const note of notes) t.false(bell.watch(Interest.READ, note))
  t.is(bell.arms, 1)
  bell.wake(Interest.READ)
  bell.wake(Interest.READ)
  t.deepEqual(
    notes.map((note) => note.told),
    [1, 1, 1],
  )
  t.false(bell.watched(Interest.READ))
})

test('the last one who goes disarms the driver', (t) => {
  const bell = new Bell()
  const [a, b] = [new Note(), new Note()]
  bell.watch(Interest.READ, a!)
  bell.watch(Interest.READ, b!)
  bell.unwatch(Interest.READ, a!)
  t.is(bell.disarms, 0)
  bell.unwatch(Interest.READ, b!)
  bell.unwatch(Interest.READ, b!)
  t.is(bell.disarms, 1)
  bell.wake(Interest.READ)
  t.is(a!.told + b!.told, 0)
})

test('it became ready while it was armed: nobody is left waiting', (t) => {
  const bell = new Bell()
  const note = new Note()
  bell.whileArming = () => true
  t.true(bell.watch(Interest.READ, note))
  t.false(bell.watched(Interest.READ))
})

test('a driver that wakes inside arm, against the rule, tells once', (t) => {
  for (const answer of [true, false]) {
    const bell = new Bell()
    const note = new Note()
    bell.whileArming = () => {
      bell.wake(Interest.READ)
      return answer
    }
    const held = bell.watch(Interest.READ, note)
    t.is(note.told + (held ? 1 : 0), 1)
    t.false(bell.watched(Interest.READ))
  }
})

test('who watches again while he is told waits for the next time', (t) => {
  const bell = new Bell()
  let told = 0
  const again: Waiter = {
    notify: () => {
      told++
      bell.watch(Interest.READ, again)
    },
  }
  bell.watch(Interest.READ, again)
  bell.wake(Interest.READ)
  t.is(told, 1)
  t.true(bell.watched(Interest.READ))
  t.is(bell.arms, 2)
})

test('interests do not disturb each other', (t) => {
  const bell = new Bell()
  const [reader, writer] = [new Note(), new Note()]
  bell.watch(Interest.READ, reader!)
  bell.watch(Interest.WRITE, writer!)
  bell.wake(Interest.WRITE)
  t.deepEqual([reader!.told, writer!.told], [0, 1])
})

test('any order of waiting, leaving and waking: told at most once for each wait, armed exactly while somebody waits', (t) => {
  const act = fc.record({ kind: fc.constantFrom('watch', 'unwatch', 'wake'), who: fc.nat(3) })
  fc.assert(
    fc.property(fc.array(act, { maxLength: 50 }), (acts) => {
      const bell = new Bell()
      const notes = [0, 1, 2, 3].map(() => new Note())
      const waiting = new Set<number>()
      const expected = [0, 0, 0, 0]
      let wakes = 0
      for (const { kind, who } of acts) {
        if (kind === 'watch' && !waiting.has(who)) {
          bell.watch(Interest.READ, notes[who]!)
          waiting.add(who)
        } else if (kind === 'unwatch') {
          bell.unwatch(Interest.READ, notes[who]!)
          waiting.delete(who)
        } else if (kind === 'wake') {
          if (waiting.size > 0) wakes++
          bell.wake(Interest.READ)
          for (const one of waiting) expected[one]!++
          waiting.clear()
        }
        if (bell.watched(Interest.READ) !== waiting.size > 0) return false
        if (bell.arms - bell.disarms - wakes !== (waiting.size > 0 ? 1 : 0)) return false
      }
      return notes.every((note, i) => note.told === expected[i])
    }),
  )
  t.pass()
})

test('waitFor: an early wake-up is no answer', async (t) => {
  const bell = new Bell()
  const waiting = waitFor(bell, Interest.READ)
  bell.wake(Interest.READ)
  t.false(await settled(waiting))
  bell.on = true
  bell.wake(Interest.READ)
  await waiting
})

test('waitFor: one signal for a hundred waits is no leak to warn of', async (t) => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  const controller = new AbortController()
  const waits = Promise.allSettled(
    Array.from({ length: 100 }, () => waitFor(new Bell(), Interest.READ, { signal: controller.signal })),
  )
  await turn()
  controller.abort()
  t.true((await waits).every((outcome) => outcome.status === 'rejected'))
  await turn()
  process.off('warning', note)
  t.deepEqual(warnings, [])
})

test('waitFor: closing rejects, and an abort listener is left nowhere', async (t) => {
  const bell = new Bell()
  const controller = new AbortController()
  let listeners = 0
  const { signal } = controller
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = ((...args: Parameters<typeof addEventListener>) => {
    listeners++
    addEventListener.apply(signal, args)
  }) as typeof addEventListener
  signal.removeEventListener = ((...args: Parameters<typeof removeEventListener>) => {
    listeners--
    removeEventListener.apply(signal, args)
  }) as typeof removeEventListener
  const waits = [1, 2, 3].map(() => waitFor(bell, Interest.READ, { signal }))
  t.is(listeners, 3)
  const outcomes = Promise.allSettled(waits)
  await bell.close()
  for (const outcome of await outcomes) t.is(outcome.status, 'rejected')
  t.is(listeners, 0)
  await t.throwsAsync(waitFor(bell, Interest.READ), { code: 'ERR_CAMIO_CLOSED', message: /test:bell/ })
})

test('a waiter that throws keeps nobody behind it from being told, once', (t) => {
  const bell = new Bell()
  const thrower: Waiter = {
    notify() {
      throw new Error('waiter')
    },
  }
  const notes = [new Note(), new Note()]
  for (const waiter of [thrower, notes[0]!, thrower, notes[1]!]) bell.watch(Interest.READ, waiter)
  t.throws(() => bell.wake(Interest.READ), { message: 'waiter' })
  t.deepEqual(
    notes.map(({ told }) => told),
    [1, 1],
  )
})

test('a wait that the same wake-up aborts does not watch again', async (t) => {
  const bell = new Bell()
  const abort = new AbortController()
  bell.watch(Interest.READ, { notify: () => abort.abort() })
  const wait = waitFor(bell, Interest.READ, { signal: abort.signal })
  bell.wake(Interest.READ)
  t.is(await wait.catch((reason: DOMException) => reason.name), 'AbortError')
  t.false(bell.watched(Interest.READ))
})
