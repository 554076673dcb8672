/** The store's own client, `camio-kv bench`, over shared memory and over sockets: the same program, and the same wait at both ends. */
import { Child, type Line, runChild } from '../../run/child.js'
import { PAIR, pinned } from '../../run/cpus.js'
import type { Case, Entry, Goal, Measurement, Role, Settings } from '../../types.js'
import { PROGRAM } from './server.js'

const TCP = 'tcp'

const GOALS = {
  spin: {
    rate: [{ against: TCP, is: '>=', ratio: 10 }],
    p50: [{ against: TCP, is: '<=', ratio: 0.1 }],
  },
  park: {
    rate: [{ against: TCP, is: '>=', ratio: 1 }],
    p50: [{ against: TCP, is: '<=', ratio: 1 }],
  },
} as const satisfies Record<string, Record<string, readonly Goal[]>>

type Wait = keyof typeof GOALS
type Figure = keyof (typeof GOALS)[Wait]

interface Transport {
  readonly name: string
  readonly role: Role
  /** Where the server listens. */
  uri(): string
}

let names = 0
const name = (): string => `camio-bench-kv-${process.pid}-${++names}`

const TRANSPORTS: readonly Transport[] = [
  { name: 'ours', role: 'ours', uri: () => `shm:${name()}` },
  { name: TCP, role: 'peer', uri: () => 'tcp://127.0.0.1:0' },
  { name: 'unix', role: 'peer', uri: () => `unix:@${name()}` },
]

/** One run: a server of its own on one core, the client on the other. @returns what `camio-kv bench --json` says */
async function measure({ name: label, uri }: Transport, wait: Wait, settings: Settings): Promise<Line> {
  const words = ['serve', '--wait', wait, '--listen', uri()]
  const server = new Child(`${label} (server)`, pinned([process.execPath, PROGRAM, ...words], PAIR[0]))
  try {
    const at = (await server.text()).replace('camio-kv: listening on ', '')
    const spans = settings.quick ? ['--warm', '300ms', '--time', '500ms'] : ['--warm', '1s', '--time', '2s']
    const client = [process.execPath, PROGRAM, 'bench', '--json', '--wait', wait, ...spans, at]
    return await runChild(label, pinned(client, PAIR[1]))
  } finally {
    server.kill()
    await server.ended
  }
}

function figureOf(line: Line, figure: Figure): Measurement {
  const { p50, p99 } = line.latencyUs as { p50: number; p99: number }
  const rate = (line.perSecond as number) / 1000
  if (figure === 'rate') return { figure: rate, beside: { 'p50, us': p50, 'p99, us': p99 } }
  return { figure: p50, beside: { 'p99, us': p99, 'k operations/s': rate } }
}

const UNITS = { rate: 'k operations/s', p50: 'us, median' } as const
const WORDS = { spin: 'spinning', park: 'parked' } as const

function clientCase(wait: Wait, figure: Figure, settings: Settings): Case {
  const entries = TRANSPORTS.map(
    (transport): Entry => ({
      name: transport.name,
      role: transport.role,
      run: async () => figureOf(await measure(transport, wait, settings), figure),
    }),
  )
  return {
    name: `own client, ${WORDS[wait]}, ${figure === 'rate' ? 'operations' : 'latency'}`,
    unit: UNITS[figure],
    better: figure === 'rate' ? 'higher' : 'lower',
    entries,
    goals: GOALS[wait][figure],
    runs: settings.quick ? 2 : 7,
    note: `ours is shm:; one client, one request at a time, 64 B values, 10 % SET, --wait ${wait} at both ends`,
  }
}

export const clientCases = (settings: Settings): Case[] =>
  (['spin', 'park'] as const).flatMap((wait) =>
    (['rate', 'p50'] as const).map((figure) => clientCase(wait, figure, settings)),
  )
