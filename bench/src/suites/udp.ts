import type { Line } from '../run/child.js'
import type { Case, Goal, Measurement, Settings, Suite } from '../types.js'
import { calibrate } from './parts/calibrate.js'
import { type Ends, entry, type Terms } from './parts/entries.js'
import { micros } from './parts/figures.js'
import { flood } from './parts/flood.js'
import { c, node, ours, type Program } from './parts/programs.js'

const SIZES = [64, 1400] as const

/** As much as the system allows, at every end of everybody's. */
const BUFFER = '4MiB'
const RECEIVER = `udp://:0?bind=127.0.0.1&mode=r&rcvbuf=${BUFFER}`
const SENDER = ['--query', `mode=w&sndbuf=${BUFFER}`]
const SERVER = 'udp://127.0.0.1:0'

const RECVMMSG = 'C sendmmsg, recvmmsg'

const GOALS = {
  own: [
    { against: 'limit', is: '>=', ratio: 0.75 },
    { against: 'dgram', is: '>=', ratio: 50 },
  ],
  foreign: [
    { against: 'limit', is: '<=', ratio: 1.7 },
    { against: 'dgram', is: '<=', ratio: 1 / 1.5 },
  ],
  roundTrip: [{ against: 'dgram', is: '<=', ratio: 1 }],
} as const satisfies Record<string, readonly Goal[]>

const cReceiver = (how: 'mmsg' | 'gro'): Program => c('udp-flood', 'receive', '--how', how)
const cSender = (how: 'mmsg' | 'gso'): Program => c('udp-flood', 'send', '--how', how)

const perMessage = (line: Line): number => ((line.cpu as number) * 1e6) / (line.messages as number)
const thousands = (line: Line): number => (line.messages as number) / (line.seconds as number) / 1e3

/** What belongs beside every rate: how much of what was sent never came, and what a message cost at both ends. */
function beside(line: Line, sender: Line | undefined): Record<string, number> {
  const { lost, messages } = line as { lost: number; messages: number }
  const told = { 'lost, %': (100 * lost) / (lost + messages), 'receive CPU, us': perMessage(line) }
  return sender === undefined ? told : { ...told, 'send CPU, us': perMessage(sender) }
}

/** Both ends ours, against the best that C does and what Node has. */
function ownCase(size: number, settings: Settings): Case {
  const rate = (line: Line, sender: Line | undefined): Measurement => ({
    figure: thousands(line),
    beside: beside(line, sender),
  })
  const terms = flood(size, settings, rate)
  const sender = ours(SERVER, 'send-datagrams', ...SENDER)
  const ends: Ends[] = [
    { name: 'ours', role: 'ours', listener: ours(RECEIVER, 'receive-datagrams'), connector: sender },
    { name: 'limit', role: 'limit', listener: cReceiver('gro'), connector: cSender('gso') },
    { name: RECVMMSG, role: 'peer', listener: cReceiver('mmsg'), connector: cSender('mmsg') },
    { name: 'dgram', role: 'peer', listener: node('dgram/receive'), connector: node('dgram/send') },
    { name: 'ours to dgram', role: 'peer', listener: node('dgram/receive'), connector: sender },
  ]
  return {
    name: `own ends, ${size} B`,
    unit: 'k/s received',
    better: 'higher',
    entries: ends.map((each) => entry(each, terms)),
    goals: GOALS.own,
    runs: settings.quick ? 1 : 9,
    note: `limit: sendmmsg with GSO to recvmmsg with GRO; socket buffers of ${BUFFER} for all; the sender does not wait for the receiver`,
  }
}

/** A program in C sends, by sendmmsg without GSO: what a message costs who receives it. */
function foreignCase(size: number, settings: Settings): Case {
  const cost = (line: Line, sender: Line | undefined): Measurement => {
    const { 'receive CPU, us': _, ...rest } = beside(line, sender)
    return { figure: perMessage(line), beside: { 'received, k/s': thousands(line), ...rest } }
  }
  const terms = flood(size, settings, cost)
  const connector = cSender('mmsg')
  const ends: Ends[] = [
    { name: 'ours', role: 'ours', listener: ours(RECEIVER, 'receive-datagrams'), connector },
    { name: 'limit', role: 'limit', listener: cReceiver('mmsg'), connector },
    { name: 'dgram', role: 'peer', listener: node('dgram/receive'), connector },
  ]
  return {
    name: `foreign traffic, ${size} B`,
    unit: 'us of CPU a message received',
    better: 'lower',
    entries: ends.map((each) => entry(each, terms)),
    goals: GOALS.foreign,
    runs: settings.quick ? 1 : 9,
    note: 'a sender in C, sendmmsg as fast as it goes; limit: recvmmsg; CPU time of the receiver, user space and kernel',
  }
}

function roundTripCase(settings: Settings): Case {
  const rounds = settings.quick ? 2000 : 10_000
  const terms: Terms = { args: { size: 64, warm: rounds / 2, rounds }, reporter: 'connector', figure: micros }
  const ends: Ends[] = [
    {
      name: 'ours',
      role: 'ours',
      listener: ours(SERVER, 'echo', '--messages'),
      connector: ours(SERVER, 'ping', '--messages'),
    },
    { name: 'limit', role: 'limit', listener: c('udp-echo', 'echo'), connector: c('udp-echo', 'ping') },
    { name: 'dgram', role: 'peer', listener: node('dgram/echo'), connector: node('dgram/ping') },
  ]
  return {
    name: 'round trip asleep, 64 B',
    unit: 'us, median',
    better: 'lower',
    entries: ends.map((each) => entry(each, terms)),
    goals: GOALS.roundTrip,
    runs: settings.quick ? 1 : 9,
    note: 'one datagram at a time; ours: listen() and a stream for each remote address; on virtual machines waking up is most of it',
  }
}

export const udp: Suite = {
  name: 'udp',
  summary:
    'udp: beside dgram and C (mmsg, GSO and GRO): own ends, foreign traffic, round trip; loss and CPU time beside',
  cases: async (settings) => [
    ...SIZES.map((size) => ownCase(size, settings)),
    ...SIZES.map((size) => foreignCase(size, settings)),
    roundTripCase(settings),
  ],
  calibrate,
}
