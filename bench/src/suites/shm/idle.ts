import type { Line } from '../../run/child.js'
import type { Case, Goal, Settings } from '../../types.js'
import { type Alone, type Ends, entry, type Terms } from '../parts/entries.js'
import { node } from '../parts/programs.js'
import { netEnds, oursEnds } from './programs.js'

const NOTHING = 'Node without a stream'

/** Microseconds a second: a ten-thousandth of a core. */
const GOALS: readonly Goal[] = [{ against: NOTHING, is: '<=', difference: 100 }]

const figure = (line: Line) => ({
  figure: line.micros as number,
  beside: { 'woken, /s': line.wakes as number },
})

export function idleCase(settings: Settings): Case {
  const terms: Terms = {
    args: settings.quick ? { warm: 300, time: 700 } : { warm: 1000, time: 4000 },
    reporter: 'listener',
    figure,
  }
  const contestants: (Ends | Alone)[] = [
    oursEnds('ours', 'ours', ['idle', 'silent'], { park: true }),
    oursEnds('ours, wait=spin:1ms', 'peer', ['idle', 'silent']),
    { name: NOTHING, role: 'peer', program: node('idle/nothing') },
    netEnds(['idle', 'silent']),
  ]
  return {
    name: 'idle reader',
    unit: 'us of CPU a second',
    better: 'lower',
    entries: contestants.map((each) => entry(each, terms)),
    goals: GOALS,
    runs: settings.quick ? 1 : 5,
    note: 'a reader that waits for a message that never comes, user space and kernel',
  }
}
