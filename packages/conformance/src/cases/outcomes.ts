/** The outcome table of docs/writing-a-scheme.md: every method in every state, one case a state. */
import assert from 'node:assert/strict'
import { isCamioError, type Stream } from '@camio/core'
import { area, type Case, MESSAGES, mode, type Need, PAIR, READS, STORE, WRITES } from '../case.js'
import { fill, PEER_GONE, turns, writeUntilBroken } from '../expect.js'
import { collectBytes, pattern } from '../payload.js'
import type { Rig } from '../rig.js'

type Single =
  | 'lease'
  | 'empty lease'
  | 'claim'
  | 'null'
  | 'done'
  | 'true'
  | 'false'
  | '0'
  | '1'
  | '-1'
  | 'waits'
  | 'error'
  | 'MISUSE'
  | 'CLOSED'
  | 'ENDED'
  | 'TOO_LARGE'
  | 'NOT_READABLE'
  | 'NOT_WRITABLE'

/** Some answers depend on the transport: one that hands everything on at once has always flushed. */
type Outcome = Single | `${Single} or ${Single}`

/** Calls the method and leaves what it gave (a lease, a claim) out. */
const METHODS = {
  tryRead: (s) => s.tryRead(),
  readBatch: (s) => s.readBatch(() => {}, 1),
  tryReadBatch: (s) => s.tryReadBatch(1)?.[0] ?? null,
  release: (s) => s.release(),
  ended: (s) => s.ended,
  tryClaim: (s) => s.tryClaim(1024),
  tryClaimAt: (s) => offset(s.tryClaimAt(1024)),
  tooLarge: (s) => s.tryClaim(s.maxClaim + 1),
  commit: (s) => s.commit(),
  cancel: (s) => s.cancel(),
  tryWrite: (s) => s.tryWrite(pattern(0, 1024)),
  tryFlush: (s) => s.tryFlush(),
  read: (s) => s.read(),
  readable: (s) => s.readable(),
  writable: (s) => s.writable(),
  write: (s) => s.write(pattern(0, 1024)),
  flush: (s) => s.flush(),
  end: (s) => s.end(),
  close: (s) => s.close(),
} satisfies Record<string, (stream: Stream) => unknown>

type Method = keyof typeof METHODS

function offset(value: number): Uint8Array | number {
  return value < 0 ? value : CLAIM
}
const CLAIM = new Uint8Array(1024)

type Row = Partial<Record<Method, Outcome>>

interface State {
  readonly name: string
  readonly needs: readonly Need[]
  /** A stream in that state. */
  make(rig: Rig): Promise<Stream>
  /** What each method answers; methods that are left out are not specified in this state. */
  readonly outcomes: Row
}

const READING: Row = { tryRead: 'null', readBatch: '0', tryReadBatch: 'null', release: 'MISUSE', ended: 'false' }
const WRITING: Row = {
  tryClaim: 'claim',
  tryClaimAt: 'claim',
  tooLarge: 'TOO_LARGE',
  commit: 'MISUSE',
  cancel: 'MISUSE',
  tryWrite: 'true',
  tryFlush: 'true',
  writable: 'done',
  write: 'done',
  flush: 'done',
  end: 'done',
  close: 'done',
}
const NOTHING_TO_READ: Row = { ...READING, read: 'waits', readable: 'waits' }

/** Every method that asks for room, in a state in which writing is forbidden. */
function noWriting(why: Single): Row {
  return {
    tryClaim: why,
    tryClaimAt: why,
    tooLarge: why,
    tryWrite: why,
    write: why,
    writable: 'done',
  }
}

/** A closed stream that could only be read; what can be written has more to say. */
const CLOSED_READING: Row = {
  ...noWriting('CLOSED'),
  tryRead: 'CLOSED',
  readBatch: 'CLOSED',
  tryReadBatch: 'CLOSED',
  release: 'true',
  ended: 'true or false',
  read: 'CLOSED',
  readable: 'CLOSED',
  writable: 'CLOSED',
  end: 'CLOSED',
  close: 'done',
}
const CLOSED: Row = { ...CLOSED_READING, commit: 'done', cancel: 'done', tryFlush: 'CLOSED', flush: 'CLOSED' }

const STATES: readonly State[] = [
  {
    name: 'nothing at hand, room to write',
    needs: [PAIR],
    make: async (rig) => (await rig.pair()).far,
    outcomes: { ...NOTHING_TO_READ, ...WRITING },
  },
  {
    name: 'something at hand',
    needs: [PAIR],
    make: (rig) => withMessage(rig, pattern(0, 100)),
    outcomes: {
      ...WRITING,
      tryRead: 'lease',
      readBatch: '1',
      tryReadBatch: 'lease',
      release: 'MISUSE',
      ended: 'false',
      read: 'lease',
      readable: 'done',
    },
  },
  {
    name: 'an empty message at hand',
    needs: [PAIR, MESSAGES],
    make: (rig) => withMessage(rig, new Uint8Array(0)),
    outcomes: {
      tryRead: 'empty lease',
      readBatch: '1',
      tryReadBatch: 'empty lease',
      release: 'MISUSE',
      ended: 'false',
      read: 'empty lease',
      readable: 'done',
    },
  },
  {
    name: 'a lease out',
    needs: [PAIR],
    async make(rig) {
      const stream = await withMessage(rig, pattern(0, 100))
      await stream.read()
      return stream
    },
    outcomes: {
      ...WRITING,
      tryRead: 'MISUSE',
      readBatch: 'MISUSE',
      tryReadBatch: 'MISUSE',
      release: 'true',
      ended: 'false',
      read: 'MISUSE',
      readable: 'waits',
    },
  },
  {
    name: 'ended by the peer',
    needs: [PAIR],
    async make(rig) {
      const { near, far } = await rig.pair()
      await near.end()
      await far.readable()
      return far
    },
    outcomes: { ...READING, ...WRITING, ended: 'true', read: 'null', readable: 'done' },
  },
  {
    name: 'broken, everything read',
    needs: [PAIR],
    async make(rig) {
      const { near, far } = await rig.pair()
      await near.close({ discard: true })
      await writeUntilBroken(far)
      return far
    },
    outcomes: {
      ...noWriting('error'),
      tooLarge: 'error or TOO_LARGE',
      tryRead: 'error',
      readBatch: 'error',
      tryReadBatch: 'error',
      release: 'MISUSE',
      ended: 'false',
      commit: 'MISUSE',
      cancel: 'MISUSE',
      tryFlush: 'error',
      read: 'error',
      readable: 'done',
      writable: 'done',
      flush: 'error',
      end: 'error',
      close: 'done',
    },
  },
  {
    name: 'closed',
    needs: [PAIR],
    async make(rig) {
      const { far } = await rig.pair()
      await far.close()
      return far
    },
    outcomes: CLOSED,
  },
  {
    name: 'ended by itself',
    needs: [PAIR],
    async make(rig) {
      const { far } = await rig.pair()
      await far.end()
      return far
    },
    outcomes: {
      ...NOTHING_TO_READ,
      ...noWriting('ENDED'),
      commit: 'MISUSE',
      cancel: 'MISUSE',
      tryFlush: 'true',
      flush: 'done',
      end: 'done',
      close: 'done',
    },
  },
  {
    name: 'a claim out',
    needs: [PAIR],
    async make(rig) {
      const { far } = await rig.pair()
      assert.ok(far.tryClaim(10) !== null)
      return far
    },
    outcomes: {
      ...NOTHING_TO_READ,
      ...noWriting('MISUSE'),
      tooLarge: 'MISUSE or TOO_LARGE',
      commit: 'done',
      cancel: 'done',
      tryFlush: 'true',
      flush: 'done',
      close: 'done',
    },
  },
  {
    name: 'full',
    needs: [PAIR],
    async make(rig) {
      const { far } = await rig.pair()
      await fill(far)
      return far
    },
    outcomes: {
      ...NOTHING_TO_READ,
      tryClaim: 'null',
      tryClaimAt: '-1',
      tooLarge: 'TOO_LARGE',
      commit: 'MISUSE',
      cancel: 'MISUSE',
      tryWrite: 'false',
      tryFlush: 'true or false',
      write: 'waits',
      writable: 'waits',
      flush: 'done or waits',
      end: 'done or waits',
      close: 'done or waits',
    },
  },
  {
    name: 'opened for writing only',
    needs: [PAIR, mode('w')],
    make: async (rig) => oneWay(rig, 'w'),
    outcomes: {
      ...WRITING,
      tryRead: 'NOT_READABLE',
      readBatch: 'NOT_READABLE',
      tryReadBatch: 'NOT_READABLE',
      release: 'MISUSE',
      ended: 'true or false',
      read: 'NOT_READABLE',
      readable: 'done or waits',
    },
  },
  {
    name: 'opened for reading only',
    needs: [PAIR, mode('r')],
    make: async (rig) => oneWay(rig, 'r'),
    outcomes: {
      ...NOTHING_TO_READ,
      ...noWriting('NOT_WRITABLE'),
      commit: 'MISUSE or NOT_WRITABLE',
      cancel: 'MISUSE or NOT_WRITABLE',
      tryFlush: 'true',
      flush: 'done',
      end: 'done',
      close: 'done',
    },
  },
  {
    name: 'stored, something at hand',
    needs: [STORE, READS],
    make: (rig) => rig.source([pattern(0, 100)]),
    outcomes: {
      ...noWriting('NOT_WRITABLE'),
      release: 'MISUSE',
      ended: 'false',
      read: 'lease',
      readable: 'done',
      close: 'done',
    },
  },
  {
    name: 'stored, a lease out',
    needs: [STORE, READS],
    async make(rig) {
      const stream = await rig.source([pattern(0, 100)])
      await stream.read()
      return stream
    },
    outcomes: { tryRead: 'MISUSE', readBatch: 'MISUSE', tryReadBatch: 'MISUSE', read: 'MISUSE', release: 'true' },
  },
  {
    name: 'stored, read to the end',
    needs: [STORE, READS],
    async make(rig) {
      const stream = await rig.source([pattern(0, 100)])
      await collectBytes(stream)
      return stream
    },
    outcomes: { ...READING, ended: 'true', read: 'null', readable: 'done', close: 'done' },
  },
  {
    name: 'stored, closed',
    needs: [STORE, READS],
    async make(rig) {
      const stream = await rig.source([pattern(0, 100)])
      await stream.close()
      return stream
    },
    outcomes: CLOSED_READING,
  },
  {
    name: 'to be stored',
    needs: [STORE, WRITES],
    make: async (rig) => (await rig.sink()).stream,
    outcomes: WRITING,
  },
  {
    name: 'stored, opened for writing only',
    needs: [STORE, mode('w')],
    make: async (rig) => rig.openStore(await rig.subject.harness.store!.place(), 'w'),
    outcomes: {
      tryRead: 'NOT_READABLE',
      readBatch: 'NOT_READABLE',
      tryReadBatch: 'NOT_READABLE',
      read: 'NOT_READABLE',
    },
  },
]

async function withMessage(rig: Rig, message: Uint8Array): Promise<Stream> {
  const { near, far } = await rig.pair()
  await near.write(message)
  await near.flush()
  await far.readable()
  return far
}

async function oneWay(rig: Rig, mode: 'r' | 'w'): Promise<Stream> {
  const listener = await rig.listen()
  return (await rig.connect(listener, { mode })).near
}

/** What the method answers, as the table says it. */
async function outcome(stream: Stream, method: Method): Promise<Single> {
  try {
    const result = METHODS[method](stream)
    return named(result instanceof Promise ? await settled(result) : result, method)
  } catch (error) {
    if (!isCamioError(error)) throw error
    const code = error.code.replace('ERR_CAMIO_', '')
    return PEER_GONE.some((gone) => gone === error.code) ? 'error' : (code as Single)
  }
}

const WAITS = Symbol('waits')

async function settled(promise: Promise<unknown>): Promise<unknown> {
  const late = turns().then(() => WAITS)
  const first = await Promise.race([promise, late])
  if (first !== WAITS) return first
  // Told when the case closes its streams.
  promise.catch(() => {})
  return WAITS
}

function named(result: unknown, method: Method): Single {
  if (result === WAITS) return 'waits'
  if (result === undefined) return 'done'
  if (!(result instanceof Uint8Array)) return String(result) as Single
  if (method === 'tryClaim' || method === 'tryClaimAt' || method === 'tooLarge') return 'claim'
  return result.length === 0 ? 'empty lease' : 'lease'
}

/** Closing, flushing and ending may take several turns where the kernel has a say. */
const PATIENT: ReadonlySet<Method> = new Set(['close', 'flush', 'end', 'write', 'tryFlush'])

function allows(expected: Outcome, actual: Single): boolean {
  return expected.split(' or ').includes(actual)
}

function checkState(state: State): Case {
  return {
    title: state.name,
    needs: state.needs,
    async run(rig) {
      const wrong: string[] = []
      for (const [method, expected] of Object.entries(state.outcomes) as Array<[Method, Outcome]>) {
        const stream = await state.make(rig)
        let actual = await outcome(stream, method)
        if (!allows(expected, actual) && PATIENT.has(method) && (actual === 'waits' || actual === 'false')) {
          actual = await patiently(stream, method, actual)
        }
        if (!allows(expected, actual)) wrong.push(`${method}: ${actual}, not ${expected}`)
        await rig.dispose()
      }
      assert.deepEqual(wrong, [], `${state.name}: ${wrong.join('; ')}`)
    },
  }
}

/** Tries again for as long as a slow transport may need. */
async function patiently(stream: Stream, method: Method, first: Single): Promise<Single> {
  if (method === 'write') return first
  let actual = first
  for (let i = 0; i < 50 && (actual === 'waits' || actual === 'false'); i++) {
    await new Promise<void>((resolve) => setTimeout(resolve, 10))
    actual = await outcome(stream, method)
  }
  return actual
}

export const outcomes = area('outcomes', STATES.map(checkState))

/** The table as data: what each method answers in each state. */
export const OUTCOMES: ReadonlyArray<{
  readonly state: string
  readonly outcomes: Readonly<Partial<Record<string, string>>>
}> = STATES.map(({ name, outcomes: row }) => ({ state: name, outcomes: row }))
