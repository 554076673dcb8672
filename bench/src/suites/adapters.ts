import type { Line } from '../run/child.js'
import { library } from '../run/limits.js'
import { runPair } from '../run/pair.js'
import { contestant } from '../run/places.js'
import type { Case, Entry, Goal, Role, Settings, Suite } from '../types.js'

const LARGE = 64 * 1024
const SMALL = 64

/** What all contestants of a case share. */
interface Terms {
  readonly listener: string
  readonly connector: string
  readonly reporter: 'listener' | 'connector'
  readonly args: Readonly<Record<string, number>>
  figure(line: Line): number
}

interface Kind {
  readonly name: string
  readonly role: Role
  readonly by: 'camio' | 'net'
  /** Sockets that are not paced, as those of tcp: are not between two ends of one host: see docs/decisions/0011. */
  readonly unpaced?: boolean
}

const KINDS: readonly Kind[] = [
  { name: 'ours', role: 'ours', by: 'camio' },
  { name: 'net', role: 'peer', by: 'net' },
  { name: 'net, unpaced', role: 'peer', by: 'net', unpaced: true },
]

function entry({ name, role, by, unpaced }: Kind, terms: Terms): Entry {
  const preloaded = unpaced ? library('unpaced') : null
  if (preloaded !== null && 'absent' in preloaded) return { name, role, absent: preloaded.absent }
  const before = preloaded === null ? [] : ['env', `LD_PRELOAD=${preloaded.path}`]
  const args = Object.entries(terms.args).flatMap(([key, value]) => [`--${key}`, String(value)])
  const program = (file: string) => [...before, process.execPath, contestant(`adapters/${file}`), '--by', by, ...args]
  return {
    name,
    role,
    run: async () => {
      const { listener, connector, reporter } = terms
      const report = await runPair({ name, listener: program(listener), connector: program(connector), reporter })
      return terms.figure(report.line)
    },
  }
}

const entries = (kinds: readonly Kind[], terms: Terms): Entry[] => kinds.map((kind) => entry(kind, terms))

/** Large chunks are slower where they are paced, small ones that go alone are not. */
const THROUGHPUT: readonly Goal[] = ['net', 'net, unpaced'].map((against) => ({ against, is: '>=', ratio: 0.9 }))
const ROUND_TRIP: readonly Goal[] = [{ against: 'net', is: '<=', ratio: 1.1 }]

function throughput(size: number, settings: Settings): Case {
  const spans = settings.quick ? { warm: 400, time: 400 } : { warm: 1000, time: 2000 }
  return {
    name: `write and 'data', ${size} B`,
    unit: 'Gbit/s',
    better: 'higher',
    entries: entries(KINDS, {
      listener: 'receive',
      connector: 'send',
      reporter: 'listener',
      args: { size, ...spans },
      figure: ({ messages, seconds }) => ((messages as number) * size * 8) / (seconds as number) / 1e9,
    }),
    goals: THROUGHPUT,
    runs: settings.quick ? 3 : 9,
    note: 'one program over a socket of net and over toDuplex(stream): writes until told to stop, then waits for drain',
  }
}

function roundTrip(settings: Settings): Case {
  const rounds = settings.quick ? 2000 : 10_000
  return {
    name: `round trip through pipe(), ${SMALL} B`,
    unit: 'us, median',
    better: 'lower',
    entries: entries(
      KINDS.filter(({ unpaced }) => !unpaced),
      {
        listener: 'echo',
        connector: 'ping',
        reporter: 'connector',
        args: { size: SMALL, warm: rounds / 2, rounds },
        figure: ({ micros }) => micros as number,
      },
    ),
    goals: ROUND_TRIP,
    runs: settings.quick ? 3 : 9,
    note: 'the echo is node.pipe(node); both ends sleep until the message comes',
  }
}

export const adapters: Suite = {
  name: 'adapters',
  summary: "tcp: as a Node Duplex beside net's sockets",
  cases: async (settings) => [throughput(LARGE, settings), throughput(1024, settings), roundTrip(settings)],
}
