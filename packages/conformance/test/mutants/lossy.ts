/** Broken transports of the lossy kind: messages cut, glued or passed to the wrong stream, ends that are none. */
import type { Address } from '@camio/core/spi'
import { field, replace } from './break.js'
import type { Lease, Mutant } from './mutant.js'

export const OF_LOSSY: readonly Mutant[] = [
  {
    name: 'cut-to-max-message',
    base: 'lossy',
    caughtBy: ['whole or counted as lost, never cut'],
    breakStream: (s) =>
      replace<[], Lease>(s, 'tryRead', (read) => () => {
        const { maxMessage } = field<{ maxMessage: number }>(s, 'limits')
        return read()?.subarray(0, maxMessage) ?? null
      }),
  },
  {
    name: 'lost-uncounted',
    base: 'lossy',
    caughtBy: ['whole or counted as lost, never cut'],
    breakStream: (s) =>
      replace<[], Lease>(s, 'tryRead', (read) => () => {
        const lease = read()
        if (lease === null || lease.length <= field<{ maxMessage: number }>(s, 'limits').maxMessage) return lease
        s.release()
        return null
      }),
  },
  {
    name: 'rounded-lengths',
    base: 'lossy',
    caughtBy: ['each arrives whole, whatever its size'],
    breakStream: (s) => replace<[], Lease>(s, 'tryRead', (read) => () => rounded(read())),
  },
  {
    name: 'counts-what-it-lost',
    base: 'lossy',
    caughtBy: ['in no larger number'],
    breakStream: (s) =>
      replace<[(...place: unknown[]) => unknown, number?], number>(s, 'readBatch', (batch) => (fn, limit) => {
        const twice = (...place: unknown[]) => {
          fn(...place)
          return fn(...place)
        }
        return batch(twice, limit)
      }),
  },
  {
    name: 'keeps-the-flood',
    base: 'lossy',
    caughtBy: ['nothing grows'],
    breakStream: (s) =>
      Object.assign(field<{ limits: object }>(s, 'outgoing'), { limits: { capacity: 2 ** 31, messages: 2 ** 31 } }),
  },
  {
    name: 'overwritten-lease',
    base: 'lossy',
    caughtBy: ['a lease stays as it is while more arrives', 'they stay while more arrive'],
    breakStream: (s) => {
      let room = 0
      replace<[number], number>(s, 'tryClaimAt', (claim) => (length) => {
        const offset = claim(length)
        // Where the first message lies, everything else goes, too.
        if (offset >= 0 && length > 30) s.claimBytes.copyWithin(room, offset, offset + length)
        if (offset >= 0) room = 0
        return offset
      })
      replace<[number?], void>(s, 'commit', (commit) => (length) => {
        s.claimBytes.fill(0, 0, 30)
        commit(length)
      })
    },
  },
  {
    name: 'ends-with-its-peer',
    base: 'lossy',
    caughtBy: ['is this end’s business'],
    breakStream: (s) =>
      replace<[], void>(s, 'endWrite', () => () => {
        field<{ ended: boolean }>(s, 'outgoing').ended = true
        field<{ wake(interest: number): void }>(s, 'peer').wake(1)
      }),
  },
  {
    name: 'nobody-there',
    base: 'lossy',
    caughtBy: ['remote says who is there'],
    breakStream: (s) => Object.defineProperty(s, 'remote', { value: undefined }),
  },
  {
    name: 'deaf-to-addresses',
    base: 'lossy',
    caughtBy: ['claims for it reach it'],
    breakStream: (s) =>
      replace<[number, Address?], Lease>(s, 'tryClaim', (claim) => (length, to) => {
        const room = claim(length)
        return to === undefined ? room : (room?.fill(0).slice() ?? null)
      }),
  },
]

function rounded(lease: Lease): Lease {
  return lease?.subarray(0, lease.length & ~1) ?? null
}
