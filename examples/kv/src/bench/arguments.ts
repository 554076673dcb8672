import { parseArgs } from 'node:util'
import { parseDuration, parseSize } from '@camio/core/spi'
import { UsageError } from '../usage.js'
import { PREFIX } from './keys.js'

export interface BenchArguments {
  readonly help: boolean
  readonly uris: readonly string[]
  readonly json: boolean
  /** Where the chart goes. */
  readonly svg: string | null
  readonly plan: Plan
}

/** What is done to each server. */
export interface Plan {
  readonly clients: number
  /** Requests of a client on their way at once. */
  readonly pipeline: number
  readonly keys: number
  /** Bytes. */
  readonly keySize: number
  readonly valueSize: number
  /** The part of requests that are SET, 0 to 1; the others are GET. */
  readonly sets: number
  /** How long, unless `requests` are done before. */
  readonly timeMs: number
  readonly requests: number
  readonly warmMs: number
  readonly wait: string
  readonly seed: number
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  json: { type: 'boolean', default: false },
  svg: { type: 'string' },
  clients: { type: 'string', short: 'c', default: '1' },
  pipeline: { type: 'string', short: 'P', default: '1' },
  keys: { type: 'string', default: '10000' },
  'key-size': { type: 'string', default: '16' },
  'value-size': { type: 'string', short: 'd', default: '64' },
  sets: { type: 'string', default: '10' },
  time: { type: 'string', default: '2s' },
  requests: { type: 'string', short: 'n' },
  warm: { type: 'string', default: '500ms' },
  wait: { type: 'string', default: 'park' },
  seed: { type: 'string', default: '1' },
} as const

const VALUE_MIN = 8

/** @throws UsageError */
export function parseBench(args: readonly string[]): BenchArguments {
  const { values, positionals } = parsed(args)
  if (!values.help && positionals.length === 0) throw new UsageError('which servers? Give one URI or more')
  const keys = integer('--keys', values.keys, 1, 10_000_000)
  return {
    help: values.help,
    uris: positionals,
    json: values.json,
    svg: values.svg ?? null,
    plan: {
      clients: integer('--clients', values.clients, 1, 10_000),
      pipeline: integer('--pipeline', values.pipeline, 1, 10_000),
      keys,
      keySize: size('--key-size', values['key-size'], PREFIX.length + String(keys - 1).length, 64 * 1024),
      valueSize: size('--value-size', values['value-size'], VALUE_MIN, 64 * 1024 * 1024),
      sets: integer('--sets', values.sets, 0, 100) / 100,
      timeMs: time('--time', values.time),
      requests: values.requests === undefined ? Infinity : integer('--requests', values.requests, 1, 2 ** 40),
      warmMs: time('--warm', values.warm),
      wait: values.wait,
      seed: integer('--seed', values.seed, 0, 2 ** 32 - 1),
    },
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new UsageError(`${name} needs a whole number from ${least} to ${most}, not '${text}'`)
}

function size(name: string, text: string, least: number, most: number): number {
  const value = parseSize(text)
  if (value !== null && value >= least && value <= most) return value
  throw new UsageError(`${name} needs a size from ${least} to ${most} bytes such as 4KiB, not '${text}'`)
}

/** @returns milliseconds */
function time(name: string, text: string): number {
  const value = parseDuration(text)
  if (value !== null && value >= 0) return value
  throw new UsageError(`${name} needs a time such as 2s, not '${text}'`)
}
