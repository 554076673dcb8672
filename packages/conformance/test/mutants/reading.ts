/** Broken reading: leases, batches, errors, aborts. */
import { field, replace } from './break.js'
import type { Lease, Mutant } from './mutant.js'

export const OF_READING: readonly Mutant[] = [
  {
    name: 'copied-lease',
    base: 'mem',
    caughtBy: ['not one buffer a message', 'claim and lease are the same bytes'],
    breakStream: (s) => replace<[], Lease>(s, 'tryRead', (read) => () => read()?.slice() ?? null),
  },
  {
    name: 'copied-bytes',
    base: 'duct',
    caughtBy: ['what the reader changes is still changed'],
    breakStream: (s) => replace<[], Lease>(s, 'tryRead', (read) => () => read()?.slice() ?? null),
  },
  {
    name: 'no-examined',
    base: 'duct',
    caughtBy: ['the rest counts as examined'],
    breakStream: (s) =>
      replace<[number?], boolean>(s, 'release', (release) => (consumed) => {
        const answer = release(consumed)
        const window = field<{ start: number; examined: number }>(s, 'window')
        window.examined = window.start
        return answer
      }),
  },
  {
    name: 'throws-at-the-end',
    base: 'mem',
    caughtBy: ['then null with ended', 'outcomes: ended by the peer'],
    breakStream: (s) =>
      replace<[], Lease>(s, 'tryRead', (read) => () => {
        if (s.ended) throw new Error('no more')
        return read()
      }),
  },
  {
    name: 'second-lease',
    base: 'mem',
    caughtBy: ['a second lease while one is out'],
    breakStream: (s) => replace<[], void>(s, 'checkRead', () => () => {}),
  },
  {
    name: 'error-once',
    base: 'mem',
    caughtBy: ['with the same error every time'],
    breakStream: (s) => {
      let told = false
      replace<[], null>(s, 'nothing', (nothing) => () => {
        if (told) return null
        told = s.error !== null
        return nothing()
      })
    },
  },
  {
    name: 'error-before-data',
    base: 'mem',
    caughtBy: ['what was received before the error is read first'],
    breakStream: (s) =>
      replace<[], Lease>(s, 'tryRead', (read) => () => {
        if (s.error !== null) throw s.error
        return read()
      }),
  },
  {
    name: 'untyped-error',
    base: 'mem',
    caughtBy: ['with the same error every time'],
    breakStream: (s) =>
      replace<[], unknown>(s, 'nothing', (nothing) => () => {
        if (s.error !== null) throw new Error('connection reset')
        return nothing()
      }),
  },
  {
    name: 'no-limit',
    base: 'mem',
    caughtBy: ['readBatch stops at the limit'],
    breakStream: (s) => replace<[() => void, number?], number>(s, 'readBatch', (batch) => (fn) => batch(fn)),
  },
  {
    name: 'no-stop',
    base: 'mem',
    caughtBy: ['false stops readBatch'],
    breakStream: (s) =>
      replace<[(...args: unknown[]) => unknown, number?], number>(
        s,
        'readBatch',
        (batch) => (fn, limit) => batch((...args) => void fn(...args), limit),
      ),
  },
  {
    name: 'thrown-batch-wakes-nobody',
    base: 'mem',
    caughtBy: ['also if its handler throws'],
    breakStream: (s) => {
      let inBatch = false
      replace<[() => void, number?], number>(s, 'readBatch', (batch) => (fn, limit) => {
        inBatch = true
        const count = batch(fn, limit)
        inBatch = false
        field<() => void>(s, 'released').call(s)
        return count
      })
      replace<[], void>(s, 'released', (released) => () => {
        if (!inBatch) released()
      })
    },
  },
  {
    name: 'sticky-iterator',
    base: 'mem',
    caughtBy: ['leaving a for await releases the lease'],
    breakStream: (s) =>
      Object.defineProperty(s, Symbol.asyncIterator, {
        value: async function* () {
          for (let lease = await s.read(); lease !== null; lease = await s.read()) {
            yield lease
            s.release()
          }
        },
      }),
  },
  {
    name: 'aborted-read-takes',
    base: 'mem',
    caughtBy: ['a waiting read rejects with the reason'],
    breakStream: (s) =>
      replace<[{ signal?: AbortSignal }?], Promise<Lease>>(s, 'read', (read) => async (options) => {
        const reading = read()
        const { signal } = options ?? {}
        if (!signal) return reading
        return Promise.race([
          reading,
          new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        ])
      }),
  },
]
