import type { Case, Goal, Settings, Suite } from '../types.js'
import { calibrate } from './parts/calibrate.js'
import { AN_EVENT, type Load, MICROS_AN_EVENT, servers, under } from './parts/many.js'

const SIZES = [10, 100, 1000, 10_000] as const
const [FEW] = SIZES
const MANY = 10_000
const OF_FEW = `ours, ${FEW} members`

/** What an event costs must not depend on how many others are idle. */
const FLAT: readonly Goal[] = [{ against: OF_FEW, is: '<=', ratio: 1.2 }]

function sizeCase(connections: number, busy: Load['busy'], settings: Settings): Case {
  const all = servers('select-many')
  const same = busy === 'the same 8'
  // In the same round, so that what slows the machine for a while slows both.
  const few = connections === MANY ? [{ ...all[0]!, name: OF_FEW, role: 'peer' as const }] : []
  return {
    name: `${connections} members, ${busy} busy`,
    unit: MICROS_AN_EVENT,
    better: 'lower',
    entries: [...under({ connections, busy }, all, settings), ...under({ connections: FEW, busy }, few, settings)],
    goals: connections === MANY && same ? FLAT : [],
    runs: settings.quick ? 2 : 7,
    ...(same && { series: { name: 'one selector, 8 busy members', axis: 'members', x: connections } }),
    note: same
      ? AN_EVENT
      : `${AN_EVENT}; who is busy changes all the time, so that hardly anything of a connection is in a cache`,
  }
}

export const select: Suite = {
  name: 'select',
  summary: "one Selector over 10 to 10 000 connections, beside net in Node's event loop and C with epoll",
  cases: async (settings) => [
    ...SIZES.map((size) => sizeCase(size, 'the same 8', settings)),
    sizeCase(MANY, 'any 8', settings),
  ],
  calibrate,
}
