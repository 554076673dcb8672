import type { Case, Goal, Settings } from '../../types.js'
import { type Alone, type Ends, entry, type Terms } from '../parts/entries.js'
import { micros } from '../parts/figures.js'
import { childAlone, limitEnds, NET, netEnds, oursEnds, workerAlone, zeromqEnds } from './programs.js'

const GOALS = {
  spinning: [{ against: 'limit', is: '<=', ratio: 2.5 }],
  asleep: [
    { against: 'limit', is: '<=', ratio: 1.35 },
    { against: NET, is: '<=', ratio: 1 },
  ],
} as const satisfies Record<string, readonly Goal[]>

const SIZE = 64
/** A look at the clock takes about as long as a round trip. */
const TOGETHER = 100

export function spinningCase(settings: Settings): Case {
  const rounds = settings.quick ? 200_000 : 1_000_000
  const terms: Terms = {
    args: { size: SIZE, warm: rounds / 2, rounds, together: TOGETHER },
    reporter: 'connector',
    figure: (line) => micros(line) * 1000,
  }
  const ends: Ends[] = [
    oursEnds('ours', 'ours', ['spin-echo', 'spin-ping'], { args: ['--sum'] }),
    limitEnds('shm-echo', ['echo', 'ping'], '--park', '0'),
    oursEnds('ours, a promise each', 'peer', ['echo', 'ping'], { args: ['--messages'] }),
  ]
  return {
    name: 'round trip spinning, 64 B',
    unit: 'ns, median',
    better: 'lower',
    entries: ends.map((each) => entry(each, terms)),
    goals: GOALS.spinning,
    runs: settings.quick ? 1 : 9,
    note: `timed ${TOGETHER} at a time; ours: readBatch again and again; 'a promise each': await readable(), wait=spin:1ms`,
  }
}

export function asleepCase(settings: Settings): Case {
  const rounds = settings.quick ? 2000 : 10_000
  const terms: Terms = { args: { size: SIZE, warm: rounds / 2, rounds }, reporter: 'connector', figure: micros }
  const contestants: (Ends | Alone)[] = [
    oursEnds('ours', 'ours', ['echo', 'ping'], { park: true, args: ['--messages'] }),
    limitEnds('shm-echo', ['echo', 'ping'], '--park', '1'),
    netEnds(['echo', 'ping']),
    workerAlone('ping'),
    childAlone('ping'),
    zeromqEnds(['echo', 'ping']),
  ]
  return {
    name: 'round trip asleep, 64 B',
    unit: 'us, median',
    better: 'lower',
    entries: contestants.map((each) => entry(each, terms)),
    goals: GOALS.asleep,
    runs: settings.quick ? 1 : 9,
    note: 'both ends sleep until the message comes, C on a futex; on virtual machines waking up is most of it',
  }
}
