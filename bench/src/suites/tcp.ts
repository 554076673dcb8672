import { existsSync, readFileSync } from 'node:fs'
import { packageMissing } from '../run/availability.js'
import type { Line } from '../run/child.js'
import { runChild } from '../run/child.js'
import { PAIR } from '../run/cpus.js'
import { library, limit } from '../run/limits.js'
import { runPair } from '../run/pair.js'
import { contestant } from '../run/places.js'
import type { Calibration, Case, Entry, Goal, Role, Settings, Suite } from '../types.js'

/** The congestion control that sockets get here which do not choose one. */
const CHOICE = '/proc/sys/net/ipv4/tcp_congestion_control'
const SYSTEM = existsSync(CHOICE) ? readFileSync(CHOICE, 'utf8').trim() : 'unknown'
const PACING = `net and zeromq run the system's congestion control (${SYSTEM}), ours, C and 'unpaced' reno, see docs/decisions/0011`

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

/** A command and its arguments; or why there is none. */
type Program = readonly string[] | { readonly absent: string }

const node = (name: string, ...args: string[]): Program => [process.execPath, contestant(name), ...args]

function c(name: string, ...args: string[]): Program {
  const built = limit(name)
  return 'absent' in built ? built : [built.path, ...args]
}

let zeromqMissing: string | null | undefined
function zeromq(name: string): Program {
  zeromqMissing ??= packageMissing('zeromq')
  return zeromqMissing === null ? node(`zeromq/${name}`) : { absent: zeromqMissing }
}

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

interface Ends {
  readonly name: string
  readonly role: Role
  readonly listener: Program
  readonly connector: Program
}

/** What all contestants of a case share: their arguments, who reports, and the figure in the report. */
interface Terms {
  readonly args: Readonly<Record<string, number>>
  readonly reporter: 'listener' | 'connector'
  figure(line: Line): number
}

function entry({ name, role, listener, connector }: Ends, terms: Terms): Entry {
  if ('absent' in listener) return { name, role, absent: listener.absent }
  if ('absent' in connector) return { name, role, absent: connector.absent }
  const args = Object.entries(terms.args).flatMap(([key, value]) => [`--${key}`, String(value)])
  const { reporter } = terms
  return {
    name,
    role,
    run: async () =>
      terms.figure(
        await runPair({ name, listener: [...listener, ...args], connector: [...connector, ...args], reporter }),
      ),
  }
}

function throughput(size: number, settings: Settings, figure: Terms['figure']): Terms {
  const args = { size, warm: settings.quick ? 400 : 1000, time: settings.quick ? 400 : 2000 }
  return { args, reporter: 'listener', figure }
}

const gigabits = (line: Line): number => ((line.messages as number) * BULK * 8) / (line.seconds as number) / 1e9
const millions = (line: Line): number => (line.messages as number) / (line.seconds as number) / 1e6
const micros = (line: Line): number => line.micros as number

function bulkCase(settings: Settings): Case {
  const terms = throughput(BULK, settings, gigabits)
  const receiver = node('net/receive-bytes')
  const net: Ends = { name: 'net', role: 'peer', listener: receiver, connector: node('net/send-bytes') }
  const zmq: Ends = { name: 'zeromq', role: 'peer', listener: zeromq('receive'), connector: zeromq('send') }
  const ends: Ends[] = [
    { name: 'ours', role: 'ours', listener: node('ours/receive-bytes'), connector: node('ours/send-bytes') },
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
  const terms = throughput(SMALL, settings, millions)
  const receiver = node('net/receive-frames')
  const batches: Ends = {
    name: 'net, 64 KiB writes',
    role: 'peer',
    listener: receiver,
    connector: node('net/send-batches'),
  }
  const ends: Ends[] = [
    { name: 'ours', role: 'ours', listener: node('ours/receive-frames'), connector: node('ours/send-frames') },
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
    { name: 'ours', role: 'ours', listener: node('ours/echo'), connector: node('ours/ping') },
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
function idleCase(busy: 'the same 8' | 'any 8', settings: Settings): Case {
  const events = settings.quick ? 10_000 : 40_000
  const any = busy === 'any 8' ? 1 : 0
  const connector = c('tcp-idle', 'drive')
  const servers = [
    { name: 'ours', role: 'ours', listener: node('ours/echo-many') },
    { name: 'limit', role: 'limit', listener: c('tcp-idle', 'echo') },
    { name: 'net', role: 'peer', listener: node('net/echo-many') },
  ] as const
  const entries = [MANY, FEW].flatMap((connections) => {
    const terms: Terms = {
      args: { connections, any, warm: events / 2, events },
      reporter: 'listener',
      figure: micros,
    }
    const label = (name: string): string => (connections === MANY ? name : `${name}, ${FEW} connections`)
    const roleOf = (role: Role): Role => (connections === MANY ? role : 'peer')
    return servers.map(({ name, role, listener }) =>
      entry({ name: label(name), role: roleOf(role), listener, connector }, terms),
    )
  })
  return {
    name: `10 000 connections, ${busy} busy`,
    unit: 'us of CPU an event',
    better: 'lower',
    entries,
    goals: busy === 'the same 8' ? GOALS.idle : [],
    runs: settings.quick ? 2 : 7,
    note:
      'an event: 64 B come in on one connection and go back; CPU time of the server, in user space and in the kernel' +
      (any ? '; who is busy changes all the time, so that hardly anything of a connection is in a cache' : ''),
  }
}

async function calibrate(): Promise<Calibration> {
  const program = c('calibrate', '--cpu', String(PAIR[0]), '--other', String(PAIR[1]))
  if ('absent' in program) return {}
  const { spinNs, sleepUs } = await runChild('calibrate', program)
  return { 'C round trip spinning, ns': spinNs as number, 'C round trip asleep, us': sleepUs as number }
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
