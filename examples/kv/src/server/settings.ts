/** What a server is told: one place for names, defaults and ranges. */
import type { Evict } from '../commands/executor.js'
import type { Fsync } from '../log/log.js'

export interface Settings {
  /** Where to listen, all at once. */
  readonly listen: readonly string[]
  /** `file:` URI of the log; left out: in memory alone. */
  readonly store?: string
  readonly fsync: Fsync
  readonly repair: boolean
  readonly compactFrom: number
  /** Bytes of keys and values; Infinity: no limit. */
  readonly maxmemory: number
  readonly evict: Evict
  readonly maxclients: number
  /** Bytes of one request, and of a key and its value together: {@link LARGEST_REQUEST} at most. */
  readonly maxRequest: number
  /** Milliseconds of silence after which a client is let go; 0: never. */
  readonly timeout: number
  readonly password: string | null
  /** Listen elsewhere than on this machine's own addresses without a password? */
  readonly protected: boolean
  /** How the server waits: `park`, `spin`, `spin:20us`... */
  readonly wait: string
  /** What may wait for a client that subscribed: more than `hard` at once, or more than `soft` for `softTime`, and it is let go. */
  readonly outputLimit: { readonly hard: number; readonly soft: number; readonly softTime: number }
}

const MEBI = 1024 * 1024

export const LARGEST_VALUE = 512 * MEBI

/** A group of the log is read in one lease, of 1 GiB at most: it has a key and its value, and 8 MiB of others besides. */
export const LARGEST_REQUEST = 1008 * MEBI

export const DEFAULTS: Settings = {
  listen: ['tcp://127.0.0.1:7379'],
  fsync: 'everysec',
  repair: false,
  compactFrom: 64 * MEBI,
  maxmemory: Infinity,
  evict: 'no',
  maxclients: 10_000,
  maxRequest: LARGEST_VALUE + MEBI,
  timeout: 0,
  password: null,
  protected: true,
  wait: 'park',
  outputLimit: { hard: 32 * MEBI, soft: 8 * MEBI, softTime: 60_000 },
}
