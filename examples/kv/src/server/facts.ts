/** INFO and CONFIG GET. */
import { REDIS_VERSION } from '../commands/connection.js'
import type { Settings } from './settings.js'

export interface Figures {
  readonly clients: number
  readonly blocked: number
  readonly received: number
  /** User-space copies of payload: those of all streams ever, and those of the store. */
  readonly copies: number
  readonly commands: number
  readonly channels: number
  readonly uris: readonly string[]
  readonly startedAt: number
  readonly keys: number
  readonly expirable: number
  readonly memory: number
  readonly counts: {
    readonly hits: number
    readonly misses: number
    readonly expired: number
    readonly evicted: number
  }
  readonly log: {
    readonly size: number
    readonly compacting: boolean
    readonly failed: boolean
    readonly compactions: number
  } | null
}

export function infoText(section: string, figures: Figures, settings: Settings): string {
  const sections = sectionsOf(figures, settings)
  const all = section === 'default' || section === 'all' || section === 'everything'
  return Object.entries(sections)
    .filter(([name]) => all || name.toLowerCase() === section)
    .map(([name, lines]) => `# ${name}\r\n${linesOf(lines)}`)
    .join('\r\n')
}

function linesOf(lines: Readonly<Record<string, string | number>>): string {
  return Object.entries(lines)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')
}

function sectionsOf(figures: Figures, settings: Settings): Record<string, Record<string, string | number>> {
  const { counts, log } = figures
  const { memoryUsage, uptime } = process
  return {
    Server: {
      redis_version: REDIS_VERSION,
      redis_mode: 'standalone',
      server_name: 'camio-kv',
      process_id: process.pid,
      uptime_in_seconds: Math.floor(uptime()),
      node_version: process.version,
      listeners: figures.uris.join(' '),
    },
    Clients: { connected_clients: figures.clients, blocked_clients: figures.blocked, maxclients: settings.maxclients },
    Memory: {
      used_memory: figures.memory,
      used_memory_rss: memoryUsage.rss(),
      maxmemory: limitOf(settings.maxmemory),
      maxmemory_policy: policyOf(settings),
    },
    Persistence: {
      loading: 0,
      aof_enabled: log === null ? 0 : 1,
      aof_rewrite_in_progress: log?.compacting ? 1 : 0,
      aof_rewrites: log?.compactions ?? 0,
      aof_last_write_status: log?.failed ? 'err' : 'ok',
      ...(log === null ? {} : { aof_current_size: log.size }),
    },
    Stats: {
      total_connections_received: figures.received,
      total_commands_processed: figures.commands,
      camio_copies: figures.copies,
      expired_keys: counts.expired,
      evicted_keys: counts.evicted,
      keyspace_hits: counts.hits,
      keyspace_misses: counts.misses,
      pubsub_channels: figures.channels,
    },
    Replication: { role: 'master', connected_slaves: 0 },
    Keyspace: figures.keys === 0 ? {} : { db0: `keys=${figures.keys},expires=${figures.expirable},avg_ttl=0` },
  }
}

function limitOf(bytes: number): number {
  return bytes === Infinity ? 0 : bytes
}

function policyOf({ evict }: Settings): string {
  return evict === 'lru' ? 'allkeys-lru' : 'noeviction'
}

/** By the names that Redis has for them. */
export function configOf(settings: Settings): ReadonlyMap<string, string> {
  return new Map([
    ['appendonly', settings.store === undefined ? 'no' : 'yes'],
    ['appendfsync', settings.fsync],
    ['databases', '1'],
    ['maxclients', String(settings.maxclients)],
    ['maxmemory', String(limitOf(settings.maxmemory))],
    ['maxmemory-policy', policyOf(settings)],
    ['proto-max-bulk-len', String(settings.maxRequest)],
    ['protected-mode', settings.protected ? 'yes' : 'no'],
    ['save', ''],
    ['timeout', String(Math.ceil(settings.timeout / 1000))],
  ])
}
