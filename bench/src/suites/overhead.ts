import { runChild } from '../run/child.js'
import { PAIR, pinned } from '../run/cpus.js'
import { contestant } from '../run/places.js'
import type { Case, Entry, Goal, Role, Settings, Suite } from '../types.js'

const HAND = 'by hand'
const CONSTRUCTED = 'by hand, new Uint8Array'

const GOALS: readonly Goal[] = [
  { against: HAND, is: '<=', ratio: 1.05 },
  { against: HAND, is: '<=', difference: 20 },
]

/** Messages that share a system call: so many that they just fit into every buffer on the way, or none. */
const TOGETHER = [480, 1] as const

const OFFSETS = 'offsets'
const VIEWS = 'a view of each message'

/** What is timed, and what the loop by hand does in its place. */
const CASES = [
  { what: 'tryRead', name: 'tryRead + release', byHand: VIEWS },
  { what: 'readBatch', name: 'readBatch', byHand: OFFSETS },
  { what: 'tryClaim', name: 'tryClaim + commit', byHand: VIEWS },
  { what: 'tryClaimAt', name: 'tryClaimAt + commit', byHand: OFFSETS },
  { what: 'writeBatch', name: 'writeBatch', byHand: OFFSETS },
] as const

function overheadCase({ what, name, byHand }: (typeof CASES)[number], batch: number, settings: Settings): Case {
  const spans = settings.quick ? { warm: 400, time: 400 } : { warm: 1000, time: 1500 }
  const entry = (label: string, role: Role, program: string, ...flags: readonly string[]): Entry => ({
    name: label,
    role,
    run: async () => {
      const { warm, time } = spans
      const args = ['--what', what, '--batch', batch, '--warm', warm, '--time', time].map(String)
      const command = [process.execPath, contestant(`overhead/${program}`), ...args, ...flags]
      const { nanos } = await runChild(label, pinned(command, PAIR[0]))
      return nanos as number
    },
  })
  const entries = [entry('ours', 'ours', 'contract'), entry(HAND, 'peer', 'hand')]
  if (byHand === VIEWS) entries.push(entry(CONSTRUCTED, 'peer', 'hand', '--constructed'))
  return {
    name: batch === 1 ? `${name}, one a system call` : name,
    unit: 'ns a message',
    better: 'lower',
    entries,
    goals: GOALS,
    runs: settings.quick ? 3 : 11,
    note: `64 B behind a u32 over tcp:, ${batch} a system call, which is part of both; by hand: ${byHand}`,
  }
}

export const overhead: Suite = {
  name: 'overhead',
  summary: 'the stream contract beside the native binding of tcp: driven by hand, call sites having seen four schemes',
  cases: async (settings) => TOGETHER.flatMap((batch) => CASES.map((each) => overheadCase(each, batch, settings))),
}
