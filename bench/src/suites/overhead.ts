import { runChild } from '../run/child.js'
import { PAIR, pinned } from '../run/cpus.js'
import { contestant } from '../run/places.js'
import type { Case, Entry, Goal, Role, Settings, Suite } from '../types.js'

const HAND = 'by hand'

const GOALS: readonly Goal[] = [
  { against: HAND, is: '<=', ratio: 1.05 },
  { against: HAND, is: '<=', difference: 20 },
]

/** What is timed, and what the loop by hand does in its place. */
const CASES = [
  { what: 'tryRead', name: 'tryRead + release', byHand: 'a view of each message' },
  { what: 'readBatch', name: 'readBatch', byHand: 'offsets' },
  { what: 'tryClaim', name: 'tryClaim + commit', byHand: 'a view of each message' },
  { what: 'tryClaimAt', name: 'tryClaimAt + commit', byHand: 'offsets' },
] as const

function overheadCase({ what, name, byHand }: (typeof CASES)[number], settings: Settings): Case {
  const spans = settings.quick ? { warm: 400, time: 400 } : { warm: 1000, time: 1500 }
  const entry = (label: string, role: Role, program: string): Entry => ({
    name: label,
    role,
    run: async () => {
      const args = ['--what', what, '--warm', String(spans.warm), '--time', String(spans.time)]
      const command = [process.execPath, contestant(`overhead/${program}`), ...args]
      const { nanos } = await runChild(label, pinned(command, PAIR[0]))
      return nanos as number
    },
  })
  return {
    name,
    unit: 'ns a message',
    better: 'lower',
    entries: [entry('ours', 'ours', 'contract'), entry(HAND, 'peer', 'hand')],
    goals: GOALS,
    runs: settings.quick ? 3 : 11,
    note: `64 B behind a u32 over tcp:, 480 a system call, which is part of both; by hand: ${byHand}`,
  }
}

export const overhead: Suite = {
  name: 'overhead',
  summary: 'the stream contract beside the native binding of tcp: driven by hand, call sites having seen four schemes',
  cases: async (settings) => CASES.map((each) => overheadCase(each, settings)),
}
