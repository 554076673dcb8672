import { existsSync, readFileSync } from 'node:fs'
import { library } from '../run/limits.js'
import type { Case, Goal, Settings, Suite } from '../types.js'
import { calibrate } from './parts/calibrate.js'
import { type Ends, entry, type Terms } from './parts/entries.js'
import { gigabits, micros, millions, spans } from './parts/figures.js'
import { AN_EVENT, type Load, MICROS_AN_EVENT, servers, under } from './parts/many.js'
import { c, node, ours, type Program, zeromq } from './parts/programs.js'

/** The congestion control that sockets get here which do not choose one. */
const CHOICE = '/proc/sys/net/ipv4/tcp_congestion_control'
const SYSTEM = existsSync(CHOICE) ? readFileSync(CHOICE, 'utf8').trim() : 'unknown'
const PACING = `net and zeromq run the system's congestion control (${SYSTEM}), ours, C and 'unpaced' reno, see docs/decisions/0011`

const URI = 'tcp://127.0.0.1:0'
const BULK = 64 * 1024
const SMALL = 64
const FEW = 10
const MANY = 10_000

const GOALS = {
  bulk: [
    { against: 'limit', is: '>=', ratio: 0.9 },
    { against: 'net', is: '>=', ratio: 1.2 },
    { against: 'zeromq', is: '>=', ratio: 1.8 },
  ],
  framed: [
    { against: 'net, a write each', is: '>=', ratio: 200 },
    { against: 'net, 64 KiB writes', is: '>=', ratio: 1.5 },
  ],
  roundTrip: [{ against: 'net', is: '<=', ratio: 1 }],
  idle: [{ against: `ours, ${FEW} connections`, is: '<=', ratio: 1.05 }],
} as const satisfies Record<string, readonly Goal[]>

/** The program with sockets that are not paced, as ours and C's are between two ends of one host. */
function unpaced(program: Program): Program {
  const preloaded = library('unpaced')
  if ('absent' in preloaded) return preloaded
  return 'absent' in program ? program : ['env', `LD_PRELOAD=${preloaded.path}`, ...program]
}

/** The same peer once more, see `unpaced`: not what a program of today gets, but what the rest of the ratio is made of. */
const unpacedToo = ({ name, role, listener, connector }: Ends): Ends => ({
  name: `${name}, unpaced`,
  role,
  listener: unpaced(listener),
  connector: unpaced(connector),
})

function bulkCase(settings: Settings): Case {
  const terms: Terms = { args: { size: BULK, ...spans(settings) }, reporter: 'listener', figure: gigabits(BULK) }
  const receiver = node('net/receive-bytes')
  const net: Ends = { name: 'net', role: 'peer', listener: receiver, connector: node('net/send-bytes') }
  const zmq: Ends = { name: 'zeromq', role: 'peer', listener: zeromq('receive'), connector: zeromq('send') }
  const ends: Ends[] = [
    { name: 'ours', role: 'ours', listener: ours(URI, 'receive-bytes'), connector: ours(URI, 'send-bytes') },
    { name: 'limit', role: 'limit', listener: c('tcp-bytes', 'receive'), connector: c('tcp-bytes', 'send') },
    net,
    unpacedToo(net),
    { name: 'net, 512 KiB ahead', role: 'peer', listener: receiver, connector: node('net/send-bytes', '--ahead') },
    zmq,
    unpacedToo(zmq),
  ]
  return {
    name: '64 KiB messages',
    unit: 'Gbit/s',
    better: 'higher',
    entries: ends.map((each) => entry(each, terms)),
    goals: GOALS.bulk,
    runs: settings.quick ? 3 : 9,
    note: PACING,
  }
}

function framedCase(settings: Settings): Case {
  const terms: Terms = { args: { size: SMALL, ...spans(settings) }, reporter: 'listener', figure: millions }
  const receiver = node('net/receive-frames')
  const batches: Ends = {
    name: 'net, 64 KiB writes',
    role: 'peer',
    listener: receiver,
    connector: node('net/send-batches'),
  }
  const ends: Ends[] = [
    { name: 'ours', role: 'ours', listener: ours(URI, 'receive-messages'), connector: ours(URI, 'send-messages') },
    { name: 'limit', role: 'limit', listener: c('tcp-frames', 'receive'), connector: c('tcp-frames', 'send') },
    { name: 'net, a write each', role: 'peer', listener: receiver, connector: node('net/send-frames') },
    {
      name: 'net, a write each, Nagle',
      role: 'peer',
      listener: receiver,
      connector: node('net/send-frames', '--nagle'),
    },
    batches,
    unpacedToo(batches),
    { name: 'zeromq', role: 'peer', listener: zeromq('receive'), connector: zeromq('send') },
  ]
  return {
    name: '64 B framed messages',
    unit: 'M/s',
    better: 'higher',
    entries: ends.map((each) => entry(each, terms)),
    goals: GOALS.framed,
    runs: settings.quick ? 3 : 9,
    note: `'net, a write each' has noDelay, as messages have that must not wait; 'net, 64 KiB writes' sends one buffer again and again; ${PACING}`,
  }
}

function roundTripCase(settings: Settings): Case {
  const rounds = settings.quick ? 2000 : 10_000
  const terms: Terms = { args: { size: SMALL, warm: rounds / 2, rounds }, reporter: 'connector', figure: micros }
  const ends: Ends[] = [
    { name: 'ours', role: 'ours', listener: ours(URI, 'echo'), connector: ours(URI, 'ping') },
    { name: 'limit', role: 'limit', listener: c('tcp-echo', 'echo'), connector: c('tcp-echo', 'ping') },
    { name: 'net', role: 'peer', listener: node('net/echo'), connector: node('net/ping') },
    { name: 'zeromq', role: 'peer', listener: zeromq('echo'), connector: zeromq('ping') },
  ]
  return {
    name: 'round trip asleep, 64 B',
    unit: 'us, median',
    better: 'lower',
    entries: ends.map((each) => entry(each, terms)),
    goals: GOALS.roundTrip,
    runs: settings.quick ? 3 : 9,
    note: 'both ends sleep until the message comes; on virtual machines waking up is most of it',
  }
}

/** Who echoes on many connections, and the same on few: what an event costs must not depend on how many others are idle. */
function idleCase(busy: Load['busy'], settings: Settings): Case {
  const all = servers('echo-many')
  const few = all.map((server) => ({ ...server, name: `${server.name}, ${FEW} connections`, role: 'peer' as const }))
  return {
    name: `10 000 connections, ${busy} busy`,
    unit: MICROS_AN_EVENT,
    better: 'lower',
    entries: [
      ...under({ connections: MANY, busy }, all, settings),
      ...under({ connections: FEW, busy }, few, settings),
    ],
    goals: busy === 'the same 8' ? GOALS.idle : [],
    runs: settings.quick ? 2 : 7,
    note:
      AN_EVENT +
      (busy === 'any 8'
        ? '; who is busy changes all the time, so that hardly anything of a connection is in a cache'
        : ''),
  }
}

export const tcp: Suite = {
  name: 'tcp',
  summary: 'tcp: beside net, zeromq and C: throughput, framed small messages, round trip, idle connections',
  cases: async (settings) => [
    bulkCase(settings),
    framedCase(settings),
    roundTripCase(settings),
    idleCase('the same 8', settings),
    idleCase('any 8', settings),
  ],
  calibrate,
}
