/** Drivers with one rule broken each, and the cases that must notice. */
import { closeSync, openSync } from 'node:fs'
import { Interest, type Stream } from '@camio/core/spi'
import { field, replace } from './break.js'

export interface Mutant {
  /** What is broken; also its scheme: `mutant-<name>`. */
  readonly name: string
  readonly base: 'mem' | 'duct'
  /** Parts of the titles of the cases that must fail. */
  readonly caughtBy: readonly string[]
  breakStream(stream: Stream): void
}

type Lease = Uint8Array | null

/** What broken drivers never give back, and how the test gets rid of it. */
export const leaked: Array<() => void> = []

export function cleanUp(): void {
  for (const undo of leaked.splice(0)) undo()
}

function leakTimer(): void {
  const timer = setInterval(() => {}, 60_000)
  leaked.push(() => clearInterval(timer))
}

function leakMemory(): void {
  const memory = new Uint8Array(64 * 1024)
  leaked.push(() => memory.fill(0))
}

function leakDescriptor(): void {
  const descriptor = openSync('/dev/null', 'r')
  leaked.push(() => closeSync(descriptor))
}

const OF_READING: readonly Mutant[] = [
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

const OF_WRITING: readonly Mutant[] = [
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

const OF_WAITING: readonly Mutant[] = [
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
        if (interest === Interest.READ) field<unknown[]>(s, 'readers').length = 1
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

const OF_ENDS: readonly Mutant[] = [
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

export const MUTANTS: readonly Mutant[] = [...OF_READING, ...OF_WRITING, ...OF_WAITING, ...OF_ENDS]
