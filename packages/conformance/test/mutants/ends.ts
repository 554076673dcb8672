/** Broken ends: closing, ending, what is left behind. */
import { field, replace } from './break.js'
import { leakDescriptor, leakMemory } from './leaked.js'
import type { Mutant } from './mutant.js'

export const OF_ENDS: readonly Mutant[] = [
  {
    name: 'lease-to-the-pool',
    base: 'mem',
    caughtBy: ['never shows another stream'],
    breakStream: (s) =>
      replace<[boolean], void>(s, 'destroy', (destroy) => (discard) => {
        Object.assign(s, { lent: 0 })
        destroy(discard)
      }),
  },
  {
    name: 'close-forgets',
    base: 'mem',
    caughtBy: ['delivers what was committed, and then the end'],
    breakStream: (s) =>
      replace<[object?], Promise<void>>(s, 'close', (close) => (options) => {
        field<{ abandon(): void }>(s, 'outgoing').abandon()
        return close(options)
      }),
  },
  {
    name: 'close-leaves-waiting',
    base: 'mem',
    caughtBy: ['wakes whoever waits with ERR_CAMIO_CLOSED'],
    breakStream: (s) =>
      replace<[], void>(s, 'wakeAll', () => () => {
        s.closed = true
      }),
  },
  {
    name: 'close-twice',
    base: 'mem',
    caughtBy: ['is idempotent'],
    breakStream: (s) =>
      replace<[object?], Promise<void>>(s, 'close', (close) => (options) => {
        if (s.closed) return Promise.reject(new Error('closed already'))
        return close(options)
      }),
  },
  {
    name: 'end-of-both',
    base: 'mem',
    caughtBy: ['the other goes on'],
    breakStream: (s) =>
      replace<[], void>(s, 'endWrite', (end) => () => {
        end()
        field<{ ended: boolean }>(s, 'incoming').ended = true
        field<{ abandoned: boolean }>(s, 'incoming').abandoned = true
      }),
  },
  {
    name: 'end-unheard',
    base: 'mem',
    caughtBy: ['wakes a waiting reader'],
    breakStream: (s) =>
      replace<[], void>(s, 'endWrite', () => () => {
        field<{ ended: boolean }>(s, 'outgoing').ended = true
      }),
  },
  {
    name: 'stats-gone',
    base: 'mem',
    caughtBy: ['keeps uri, features and stats', 'stay readable after close'],
    breakStream: (s) =>
      replace<[boolean], void>(s, 'destroy', (destroy) => (discard) => {
        destroy(discard)
        s.stats.counters.fill(0)
      }),
  },
  {
    name: 'leaked-memory',
    base: 'mem',
    caughtBy: ['leaves no descriptor and no memory'],
    breakStream: leakMemory,
  },
  {
    name: 'leaked-descriptor',
    base: 'mem',
    caughtBy: ['leaves no descriptor and no memory'],
    breakStream: leakDescriptor,
  },
  {
    name: 'thawed-features',
    base: 'mem',
    caughtBy: ['frozen features'],
    breakStream: (s) => {
      Object.defineProperty(s, 'features', { value: { ...s.features } })
    },
  },
]
