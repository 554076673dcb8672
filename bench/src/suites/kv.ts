import { commandMissing } from '../run/availability.js'
import type { Case, Entry, Goal, Role, Settings, Suite } from '../types.js'
import { clientCases } from './kv/client.js'
import { type Load, measure, net, ours, redis, type Server } from './kv/server.js'
import { calibrate } from './parts/calibrate.js'

const GOALS: readonly Goal[] = [
  { against: 'redis-server', is: '>=', ratio: 0.7 },
  { against: 'net', is: '>=', ratio: 2 },
]

interface Contestant {
  readonly name: string
  readonly role: Role
  readonly needs: string | null
  readonly server: Server
}

const CONTESTANTS: readonly Contestant[] = [
  { name: 'ours', role: 'ours', needs: null, server: ours },
  { name: 'redis-server', role: 'peer', needs: 'redis-server', server: redis },
  { name: 'net', role: 'peer', needs: null, server: net('--each') },
  { name: 'net, a write a turn', role: 'peer', needs: null, server: net() },
]

function entries(load: Load): Entry[] {
  const client = commandMissing('redis-benchmark', '--version')
  return CONTESTANTS.map(({ name, role, needs, server }) => {
    const missing = needs === null ? null : commandMissing(needs, '--version')
    const absent = client === null ? missing : `redis-benchmark is ${client}`
    if (absent !== null) return { name, role, absent }
    return { name, role, run: async () => (await measure(name, server, load)) / 1000 }
  })
}

function loadCase(name: string, load: Load, goals: readonly Goal[], settings: Settings): Case {
  return {
    name,
    unit: 'k requests/s',
    better: 'higher',
    entries: entries(load),
    goals,
    runs: settings.quick ? 2 : 7,
    note:
      "redis-benchmark, 50 clients, on one core, the server on another; 'net' has the same parser, commands and store, and a write " +
      'a reply',
  }
}

export const kv: Suite = {
  name: 'kv',
  summary:
    'the key-value store of examples/kv: over tcp beside redis-server and a server on plain net, over shm beside sockets',
  cases: async (settings) => {
    const requests = settings.quick ? 200_000 : 1_000_000
    const load = { requests, clients: 50, keys: 100_000 } as const
    const single = { ...load, requests: requests / 10, pipeline: 1 } as const
    return [
      loadCase('tcp, GET, pipeline 16', { ...load, test: 'get', pipeline: 16 }, GOALS, settings),
      loadCase('tcp, SET, pipeline 16', { ...load, test: 'set', pipeline: 16 }, GOALS, settings),
      loadCase('tcp, GET, no pipeline', { ...single, test: 'get' }, [], settings),
      ...clientCases(settings),
    ]
  },
  calibrate,
}
