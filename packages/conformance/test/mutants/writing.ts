/** Broken writing: claims, commits, bounds, flushing, hand-over. */
import { type BatchWriter, Interest } from '@camio/core/spi'
import { field, replace } from './break.js'
import type { Mutant } from './mutant.js'

type BatchArguments = [BatchWriter, number, number?]

/** What the program's writer answers passes through `change`. */
function breakBatch(s: object, change: (answer: () => ReturnType<BatchWriter>) => ReturnType<BatchWriter>): void {
  replace<BatchArguments, number>(s, 'writeBatch', (write) => (fn, length, limit) => {
    return write((...room) => change(() => fn(...room)), length, limit)
  })
}

export const OF_WRITING: readonly Mutant[] = [
  {
    name: 'no-empty-messages',
    base: 'mem',
    caughtBy: ['arrive as zero-length leases', 'commit(0) is an empty message'],
    breakStream: (s) =>
      replace<[number?], void>(s, 'commit', (commit) => (length) => {
        if (length === 0) s.cancel()
        else commit(length)
      }),
  },
  {
    name: 'throws-when-full',
    base: 'mem',
    caughtBy: ['stops the writer by a value', 'outcomes: full'],
    breakStream: (s) =>
      replace<[number], number>(s, 'tryClaimAt', (claim) => (length) => {
        const offset = claim(length)
        if (offset < 0) throw new Error('busy')
        return offset
      }),
  },
  {
    name: 'full-instead-of-too-large',
    base: 'mem',
    caughtBy: ['a message beyond maxClaim is ERR_CAMIO_TOO_LARGE'],
    breakStream: (s) =>
      replace<[number], number>(s, 'tryClaimAt', (claim) => (length) => (length > s.maxClaim ? -1 : claim(length))),
  },
  {
    name: 'whole-claim',
    base: 'mem',
    caughtBy: ['a commit may be shorter than the claim'],
    breakStream: (s) => replace<[number?], void>(s, 'commit', (commit) => () => commit()),
  },
  {
    name: 'cancel-sends',
    base: 'mem',
    caughtBy: ['a cancelled claim leaves no trace'],
    breakStream: (s) => replace<[], void>(s, 'cancel', () => () => s.commit()),
  },
  {
    name: 'no-bounds',
    base: 'mem',
    caughtBy: ['stops the writer by a value'],
    breakStream: (s) =>
      Object.assign(field<{ limits: object }>(s, 'outgoing'), { limits: { capacity: Infinity, messages: Infinity } }),
  },
  {
    name: 'uncounted-copy',
    base: 'mem',
    caughtBy: ['tryWrite makes one copy more and counts it'],
    breakStream: (s) =>
      replace<[Uint8Array], boolean>(s, 'tryWrite', () => (bytes) => {
        const offset = s.tryClaimAt(bytes.length)
        if (offset < 0) return false
        s.claimBytes.set(bytes, offset)
        s.commit(bytes.length)
        return true
      }),
  },
  {
    name: 'batch-of-whole-rooms',
    base: 'mem',
    caughtBy: ['what the writer answers is the length'],
    breakStream: (s) => breakBatch(s, (answer) => (answer() === false ? false : undefined)),
  },
  {
    name: 'batch-keeps-what-threw',
    base: 'mem',
    caughtBy: ['an error of the writer passes through'],
    breakStream: (s) =>
      replace<BatchArguments, number>(s, 'writeBatch', (write) => (fn, length, limit) => {
        const failures: unknown[] = []
        const count = write(
          (bytes, offset, room, index) => {
            if (failures.length > 0) return false
            try {
              return fn(bytes, offset, room, index)
            } catch (error) {
              failures.push(error)
              return room
            }
          },
          length,
          limit,
        )
        if (failures.length > 0) throw failures[0]
        return count
      }),
  },
  {
    name: 'batch-deaf-to-false',
    base: 'mem',
    caughtBy: ['false stops a batch'],
    breakStream: (s) => breakBatch(s, (answer) => answer() || undefined),
  },
  {
    name: 'batch-without-limit',
    base: 'mem',
    caughtBy: ['limit 0 is no message'],
    breakStream: (s) => replace<BatchArguments, number>(s, 'writeBatch', (write) => (fn, length) => write(fn, length)),
  },
  {
    name: 'never-flushed',
    base: 'mem',
    caughtBy: ['flush resolves when everything committed'],
    breakStream: (s) => {
      replace<[], boolean>(s, 'tryFlush', () => () => false)
      replace<[number], boolean>(s, 'ready', (ready) => (interest) => interest !== Interest.DRAIN && ready(interest))
    },
  },
  {
    name: 'handed-over-twice',
    base: 'mem',
    caughtBy: ['between two of its own'],
    breakStream: (s) =>
      replace<[], void>(s, 'handOver', () => () => {
        Object.assign(s, { lent: 0 })
      }),
  },
]
