/** Values: GET, SET and their relatives. */
import { digits } from '../resp/ascii.js'
import { OK } from '../resp/reply-writer.js'
import type { Entry } from '../store/entry.js'
import type { Command, Context } from './context.js'
import { integerArgument, integerIn, NOT_AN_INTEGER, narrow, sum } from './numbers.js'
import { setOptions } from './set-options.js'

export const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)'
const ONE = [1, 1, 1] as const
const EMPTY = new Uint8Array(0)

export function findKey({ store, request }: Context, i: number): Entry | null {
  return store.find(request.sources[i]!, request.starts[i]!, request.lengths[i]!)
}

/** Sets argument `key` to argument `value`. */
export function setValue({ store, request }: Context, key: number, value: number, expires: number): void {
  const { sources, starts, lengths, owned } = request
  store.set(
    sources[key]!,
    starts[key]!,
    lengths[key]!,
    sources[value]!,
    starts[value]!,
    lengths[value]!,
    owned,
    expires,
  )
}

function found(context: Context, entry: Entry | null): void {
  const { counts } = context.store
  if (entry === null) {
    counts.misses++
    context.reply.null()
  } else {
    counts.hits++
    counts.copies++
    context.reply.part(entry.valueBytes, entry.valueAt, entry.valueLength)
  }
}

function get(context: Context): void {
  found(context, findKey(context, 1))
}

function set(context: Context): void {
  const { request, reply, store } = context
  if (request.count === 3) {
    setValue(context, 1, 2, 0)
    reply.raw(OK)
    return
  }
  const options = setOptions(request, store.now)
  if (typeof options === 'string') {
    reply.error(options)
    return
  }
  const entry = findKey(context, 1)
  const allowed = options.when === null || (options.when === 'exists') === (entry !== null)
  if (options.get) found(context, entry)
  else if (!allowed) reply.null()
  else reply.raw(OK)
  if (!allowed) return
  const expires = options.keepTtl ? (entry?.expires ?? 0) : options.expires
  if (expires !== 0 && expires <= store.now) {
    // It is gone before anybody can see it.
    if (entry !== null) store.delete(entry)
    return
  }
  setValue(context, 1, 2, expires)
}

function getset(context: Context): void {
  found(context, findKey(context, 1))
  setValue(context, 1, 2, 0)
}

function setnx(context: Context): void {
  const absent = findKey(context, 1) === null
  if (absent) setValue(context, 1, 2, 0)
  context.reply.integer(absent ? 1 : 0)
}

function mget(context: Context): void {
  const { request, reply } = context
  reply.array(request.count - 1)
  for (let i = 1; i < request.count; i++) found(context, findKey(context, i))
}

function mset(context: Context): void {
  const { request, reply } = context
  if (request.count % 2 === 0) {
    reply.error("ERR wrong number of arguments for 'mset' command")
    return
  }
  for (let i = 1; i < request.count; i += 2) setValue(context, i, i + 1, 0)
  reply.raw(OK)
}

function add(context: Context, delta: number | bigint): void {
  const { request, reply, store } = context
  const entry = findKey(context, 1)
  const before = entry === null ? 0 : integerIn(entry.valueBytes, entry.valueAt, entry.valueLength)
  if (before === null) {
    reply.error(NOT_AN_INTEGER)
    return
  }
  const after = sum(before, delta)
  if (after === null) {
    reply.error('ERR increment or decrement would overflow')
    return
  }
  const text = digits(after)
  store.set(
    request.sources[1]!,
    request.starts[1]!,
    request.lengths[1]!,
    text,
    0,
    text.length,
    false,
    entry?.expires ?? 0,
  )
  reply.integer(after)
}

function addArgument(context: Context, negated: boolean): void {
  const delta = integerArgument(context.request, 2)
  if (delta === null) {
    context.reply.error(NOT_AN_INTEGER)
    return
  }
  if (!negated) {
    add(context, delta)
    return
  }
  const opposite = narrow(-BigInt(delta))
  if (opposite === null) context.reply.error('ERR decrement would overflow')
  else add(context, opposite)
}

function append(context: Context): void {
  const { request, reply, store, server } = context
  const entry = findKey(context, 1)
  if (entry === null) {
    setValue(context, 1, 2, 0)
    reply.integer(request.lengths[2]!)
    return
  }
  const length = entry.valueLength + request.lengths[2]!
  if (length > server.largestValue || entry.keyLength + length > server.largestEntry) reply.error(TOO_LONG)
  else reply.integer(store.append(entry, request.view(2)))
}

function strlen(context: Context): void {
  context.reply.integer(findKey(context, 1)?.valueLength ?? 0)
}

function getrange(context: Context): void {
  const { request, reply } = context
  const first = integerArgument(request, 2)
  const last = integerArgument(request, 3)
  if (first === null || last === null) {
    reply.error(NOT_AN_INTEGER)
    return
  }
  const [from, to] = [Number(first), Number(last)]
  const value = findKey(context, 1)?.value ?? EMPTY
  const { length } = value
  const start = Math.max(0, from < 0 ? length + from : from)
  const end = Math.min(length - 1, Math.max(0, to < 0 ? length + to : to))
  // Both behind the end, the wrong way round: nothing, as in Redis.
  if ((from < 0 && to < 0 && from > to) || start > end || length === 0) reply.bulk(EMPTY)
  else reply.part(value, start, end - start + 1)
}

const write = ['write', 'denyoom'] as const
const quick = ['write', 'denyoom', 'fast'] as const
const read = ['readonly', 'fast'] as const

export const strings: readonly Command[] = [
  { name: 'get', arity: 2, flags: read, keys: ONE, run: get },
  { name: 'set', arity: -3, flags: write, keys: ONE, run: set },
  { name: 'getset', arity: 3, flags: quick, keys: ONE, run: getset },
  { name: 'setnx', arity: 3, flags: quick, keys: ONE, run: setnx },
  { name: 'mget', arity: -2, flags: read, keys: [1, -1, 1], run: mget },
  { name: 'mset', arity: -3, flags: write, keys: [1, -1, 2], run: mset },
  { name: 'incr', arity: 2, flags: quick, keys: ONE, run: (context) => add(context, 1) },
  { name: 'decr', arity: 2, flags: quick, keys: ONE, run: (context) => add(context, -1) },
  { name: 'incrby', arity: 3, flags: quick, keys: ONE, run: (context) => addArgument(context, false) },
  { name: 'decrby', arity: 3, flags: quick, keys: ONE, run: (context) => addArgument(context, true) },
  { name: 'append', arity: 3, flags: quick, keys: ONE, run: append },
  { name: 'strlen', arity: 2, flags: read, keys: ONE, run: strlen },
  { name: 'getrange', arity: 4, flags: ['readonly'], keys: ONE, run: getrange },
]
