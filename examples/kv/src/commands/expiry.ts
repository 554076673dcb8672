/** When keys are gone: EXPIRE and its relatives. */
import { toBytes } from '../resp/ascii.js'
import type { Request } from '../resp/request.js'
import type { Command, Context } from './context.js'
import { integerArgument, moment, NOT_AN_INTEGER } from './numbers.js'
import { findKey } from './strings.js'

const FLAGS = ['NX', 'XX', 'GT', 'LT'] as const
type Condition = (typeof FLAGS)[number]
const WORDS = FLAGS.map((flag) => ({ flag, word: toBytes(flag) }))

/** @returns the error where there is one */
function conditions(request: Request): Set<Condition> | string {
  const given = new Set<Condition>()
  for (let i = 3; i < request.count; i++) {
    const known = WORDS.find(({ word }) => request.says(i, word))
    if (known === undefined) return `ERR Unsupported option ${request.text(i)}`
    given.add(known.flag)
  }
  if (given.has('NX') && given.size > 1) return 'ERR NX and XX, GT or LT options at the same time are not compatible'
  if (given.has('GT') && given.has('LT')) return 'ERR GT and LT options at the same time are not compatible'
  return given
}

/** A key that never expires does so later than all others. */
function hold(given: Set<Condition>, before: number, after: number): boolean {
  if (given.has('NX') && before !== 0) return false
  if (given.has('XX') && before === 0) return false
  if (given.has('GT') && (before === 0 || after <= before)) return false
  return !(given.has('LT') && before !== 0 && after >= before)
}

function expire(context: Context, name: string, unit: number): void {
  const { request, reply, store } = context
  const given = conditions(request)
  if (typeof given === 'string') {
    reply.error(given)
    return
  }
  const time = integerArgument(request, 2)
  if (time === null) {
    reply.error(NOT_AN_INTEGER)
    return
  }
  const expires = moment(time, unit, store.now)
  if (expires === null) {
    reply.error(`ERR invalid expire time in '${name}' command`)
    return
  }
  const entry = findKey(context, 1)
  const applies = entry !== null && hold(given, entry.expires, expires)
  reply.integer(applies ? 1 : 0)
  if (!applies) return
  if (expires <= store.now) store.delete(entry)
  else store.expireAt(entry, expires)
}

/** @param unit milliseconds */
function left(context: Context, unit: number): void {
  const entry = findKey(context, 1)
  if (entry === null) context.reply.integer(-2)
  else if (entry.expires === 0) context.reply.integer(-1)
  else context.reply.integer(Math.floor((entry.expires - context.store.now + unit / 2) / unit))
}

function persist(context: Context): void {
  const entry = findKey(context, 1)
  const had = entry !== null && entry.expires !== 0
  if (had) context.store.expireAt(entry, 0)
  context.reply.integer(had ? 1 : 0)
}

const ONE = [1, 1, 1] as const
const write = ['write', 'fast'] as const
const read = ['readonly', 'fast'] as const

export const expiry: readonly Command[] = [
  { name: 'expire', arity: -3, flags: write, keys: ONE, run: (context) => expire(context, 'expire', 1000) },
  { name: 'pexpire', arity: -3, flags: write, keys: ONE, run: (context) => expire(context, 'pexpire', 1) },
  { name: 'ttl', arity: 2, flags: read, keys: ONE, run: (context) => left(context, 1000) },
  { name: 'pttl', arity: 2, flags: read, keys: ONE, run: (context) => left(context, 1) },
  { name: 'persist', arity: 2, flags: write, keys: ONE, run: persist },
]
