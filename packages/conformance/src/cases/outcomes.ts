/** The outcome table of docs/writing-a-scheme.md: every method in every state, one case a state. */
import assert from 'node:assert/strict'
import { isCamioError, type Stream } from '@camio/core'
import { area, type Case } from '../case.js'
import { PEER_GONE, turns } from '../expect.js'
import { PAIR_STATES } from './outcomes/pair-states.js'
import { STORE_STATES } from './outcomes/store-states.js'
import { METHODS, type Method, type Outcome, type Single, type State } from './outcomes/table.js'

const STATES: readonly State[] = [...PAIR_STATES, ...STORE_STATES]

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
