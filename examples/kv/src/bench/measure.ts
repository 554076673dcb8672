/** One server: connects, fills, warms up, runs, cleans up. */
import { type Client, type ConnectOptions, connect } from '../client/index.js'
import { password } from '../password.js'
import type { Plan } from './arguments.js'
import { keyOf } from './keys.js'
import { Load } from './load.js'
import { Workload } from './workload.js'

/** Latencies in microseconds. */
export interface Latency {
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export interface Measured {
  /** As it was given. */
  readonly uri: string
  readonly scheme: string
  readonly operations: number
  readonly seconds: number
  readonly perSecond: number
  readonly latencyUs: Latency
  /** User-space copies an operation: of the client's streams, and of the server where it tells. */
  readonly copies: { readonly client: number; readonly server: number | null }
  /** What was asked for and could not be: a note for people. */
  readonly note?: string
}

/** Requests of the filling that are on their way at once. */
const FILL = 256
/** Longer than a busy machine takes; a datagram that was lost ends the run. */
const PATIENCE_MS = 10_000
const SCHEME = /^([a-z][a-z0-9+.-]*):/i

/** @throws what `connect` throws, and what the run throws */
export async function measure(uri: string, plan: Plan, progress: (what: string) => void): Promise<Measured> {
  progress('connects')
  const clients = await connectAll(uri, plan)
  try {
    const [first] = clients
    const workload = new Workload(plan)
    progress(`sets ${plan.keys} keys`)
    await inParts(plan.keys, (i) => first!.command('SET', keyOf(i, plan.keySize), workload.valueAt(i)))
    const result = await run(uri, clients, workload, plan, progress)
    progress('cleans up')
    await inParts(plan.keys, (i) => first!.command('DEL', keyOf(i, plan.keySize)))
    return result
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
}

async function connectAll(uri: string, { clients, wait }: Plan): Promise<Client[]> {
  const options: ConnectOptions = { password: password(), wait, replyTimeout: PATIENCE_MS }
  const open: Client[] = []
  try {
    while (open.length < clients) open.push(await connect(uri, options))
    return open
  } catch (error) {
    await Promise.all(open.map((client) => client.close()))
    throw error
  }
}

async function inParts(count: number, act: (i: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += FILL) {
    const part = Array.from({ length: Math.min(FILL, count - from) }, (_, i) => act(from + i))
    await Promise.all(part)
  }
}

async function run(
  uri: string,
  clients: readonly Client[],
  workload: Workload,
  plan: Plan,
  progress: (what: string) => void,
): Promise<Measured> {
  const load = new Load(
    clients.map(({ exchange }) => exchange),
    workload,
    plan,
  )
  const spin = plan.wait === 'spin' && clients.every(({ stream }) => stream.features.engine !== 'node')
  if (plan.warmMs > 0) {
    progress('warms up')
    await load.run(plan.warmMs, Infinity, spin)
  }
  progress('runs')
  const before = await copiesSoFar(clients)
  await load.run(plan.timeMs, plan.requests, spin)
  const after = await copiesSoFar(clients)
  const { done, seconds, latencies } = load
  const at = (percent: number): number => latencies.percentile(percent) / 1000
  return {
    uri,
    scheme: SCHEME.exec(uri)?.[1] ?? uri,
    operations: done,
    seconds,
    perSecond: done / seconds,
    latencyUs: {
      mean: latencies.mean / 1000,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: latencies.max / 1000,
    },
    copies: {
      client: (after.client - before.client) / done,
      server: after.server === null || before.server === null ? null : (after.server - before.server) / done,
    },
    ...noteOf(clients[0]!, plan, spin),
  }
}

function noteOf({ stream }: Client, { pipeline, wait }: Plan, spin: boolean): { note?: string } {
  const notes: string[] = []
  if (pipeline > 1 && !stream.features.reliable) notes.push('one request at a time')
  if (wait === 'spin' && !spin) notes.push('spins by turns of the event loop')
  return notes.length === 0 ? {} : { note: notes.join(', ') }
}

interface Copies {
  readonly client: number
  readonly server: number | null
}

/** The server tells in INFO, if it is ours. */
async function copiesSoFar(clients: readonly Client[]): Promise<Copies> {
  const told = /^camio_copies:(\d+)/m.exec(await clients[0]!.info())
  let client = 0
  for (const { stream } of clients) client += stream.stats.read.copies + stream.stats.write.copies
  return { client, server: told === null ? null : Number(told[1]) }
}
