import type { Case, Goal, Settings } from '../../types.js'
import { type Alone, type Ends, entry, type Terms } from '../parts/entries.js'
import { gigabits, millions, spans } from '../parts/figures.js'
import { childAlone, limitEnds, netEnds, oursEnds, WORKER, workerAlone, ZEROMQ, zeromqEnds } from './programs.js'

const SMALL = 64
const BULK = 64 * 1024

const GOALS = {
  copied: [
    { against: 'limit', is: '>=', ratio: 0.1 },
    { against: ZEROMQ, is: '>=', ratio: 100 },
  ],
  placed: [
    { against: 'limit', is: '>=', ratio: 0.25 },
    { against: ZEROMQ, is: '>=', ratio: 100 },
  ],
  bulk: [{ against: 'limit', is: '>=', ratio: 0.8 }],
} as const satisfies Record<string, readonly Goal[]>

const SENDER = { copied: 'send-lists', placed: 'send-messages' } as const

const EVERY_WORD =
  'every word of every message is written and added up; both ends spin (wait=spin:1ms), except where it says asleep'

/** What others do with 64 B messages, a call each: they all copy. */
function smallPeers(): (Ends | Alone)[] {
  return [
    zeromqEnds(['receive', 'send'], '--sum'),
    netEnds(['receive-frames', 'send-frames'], '--sum'),
    workerAlone('receive', '--sum'),
    childAlone('receive', '--sum'),
  ]
}

export function smallCase(how: 'copied' | 'placed', settings: Settings): Case {
  const terms: Terms = { args: { size: SMALL, ...spans(settings) }, reporter: 'listener', figure: millions }
  const args = ['--sum']
  const asleep = oursEnds('ours, asleep between', 'peer', ['receive-messages', SENDER[how]], { park: true, args })
  const each = {
    copied: oursEnds('ours, a tryWrite each', 'peer', ['receive-messages', 'send-copies'], { args }),
    placed: oursEnds('ours, a claim each', 'peer', ['receive-messages', 'send-claims'], { args }),
  } as const
  const contestants: (Ends | Alone)[] = [
    oursEnds('ours', 'ours', ['receive-messages', SENDER[how]], { args }),
    limitEnds('shm-ring', ['receive', 'send'], '--how', how),
    asleep,
    each[how],
    ...smallPeers(),
  ]
  return {
    name: how === 'copied' ? '64 B copied' : '64 B in place',
    unit: 'M/s',
    better: 'higher',
    entries: contestants.map((each) => entry(each, terms)),
    goals: GOALS[how],
    runs: settings.quick ? 1 : 9,
    note: `${how === 'copied' ? 'tryWriteBatch' : 'writeBatch'}, readBatch; ${EVERY_WORD}`,
  }
}

/** @param sample of how many messages one is compared byte by byte: 1 for all */
export function bulkCase(sample: 1 | 64, settings: Settings): Case {
  const terms: Terms = {
    args: { size: BULK, sample, ...spans(settings) },
    reporter: 'listener',
    figure: gigabits(BULK),
  }
  const contestants: (Ends | Alone)[] = [
    oursEnds('ours', 'ours', ['receive-messages', 'send-copies']),
    limitEnds('shm-ring', ['receive', 'send'], '--how', 'copied'),
    zeromqEnds(['receive', 'send']),
    netEnds(['receive-bytes', 'send-bytes']),
    workerAlone('receive'),
  ]
  return {
    name: sample === 1 ? '64 KiB, all bytes read' : '64 KiB',
    unit: 'Gbit/s',
    better: 'higher',
    entries: contestants.map((each) => entry(each, terms)),
    goals: GOALS.bulk,
    runs: settings.quick ? 1 : 9,
    note:
      sample === 1
        ? `the receiver compares every byte of every message by memcmp; ${WORKER} moves messages between two threads of one process`
        : 'copied in by tryWrite, read where they lie: the number of each message, all bytes of every 64th',
  }
}
