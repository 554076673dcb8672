/** Broken waiting: wake-ups, readiness, the life of the process. */
import { Interest } from '@camio/core/spi'
import { field, replace } from './break.js'
import { leakTimer } from './leaked.js'
import type { Mutant } from './mutant.js'

export const OF_WAITING: readonly Mutant[] = [
  {
    name: 'lost-wake-up',
    base: 'mem',
    caughtBy: ['every wake-up comes'],
    breakStream: (s) => {
      let calls = 0
      replace<[number], void>(s, 'wake', (wake) => (interest) => {
        calls++
        if (calls % 100 !== 0) wake(interest)
      })
    },
  },
  {
    name: 'lost-room',
    base: 'mem',
    caughtBy: ['wakes when the refused claim fits', 'write() waits for room'],
    breakStream: (s) =>
      replace<[number], void>(s, 'wake', (wake) => (interest) => {
        if (interest !== Interest.WRITE) wake(interest)
      }),
  },
  {
    name: 'early-room',
    base: 'mem',
    caughtBy: ['wakes when the refused claim fits'],
    breakStream: (s) =>
      replace<[number], boolean>(s, 'ready', (ready) => (interest) => interest === Interest.WRITE || ready(interest)),
  },
  {
    name: 'always-readable',
    base: 'mem',
    caughtBy: ['it resolves as long as something is at hand', 'resolves with the stream that has something'],
    breakStream: (s) =>
      replace<[number], boolean>(s, 'ready', (ready) => (interest) => interest === Interest.READ || ready(interest)),
  },
  {
    name: 'edge-triggered',
    base: 'mem',
    caughtBy: ['what was not read is reported again'],
    breakStream: (s) => {
      let told = -1
      replace<[number], boolean>(s, 'ready', (ready) => (interest) => {
        if (interest !== Interest.READ || !ready(interest)) return ready(interest)
        const { count } = field<{ count: number }>(s, 'incoming')
        const again = told === count
        told = count
        return !again
      })
    },
  },
  {
    name: 'one-waiter',
    base: 'mem',
    caughtBy: ['any number may wait for reading'],
    breakStream: (s) =>
      replace<[number], void>(s, 'wake', (wake) => (interest) => {
        if (interest === Interest.READ) field<{ others: unknown[] }>(s, 'readers').others = []
        wake(interest)
      }),
  },
  {
    name: 'exits-while-waiting',
    base: 'mem',
    caughtBy: ['a process that waits stays'],
    breakStream: (s) => void s.unref(),
  },
  {
    name: 'never-exits',
    base: 'mem',
    caughtBy: ['let the process exit', 'each ends by itself'],
    breakStream: leakTimer,
  },
]
