/** Keys as such: which there are, and away with them. */
import { toBytes } from '../resp/ascii.js'
import { OK } from '../resp/reply-writer.js'
import type { Request } from '../resp/request.js'
import type { Command, Context } from './context.js'
import { matches } from './glob.js'
import { NOT_AN_INTEGER, safeArgument } from './numbers.js'
import { findKey, TOO_LONG } from './strings.js'

const SYNTAX = 'ERR syntax error'
const MATCH = toBytes('MATCH')
const COUNT = toBytes('COUNT')
const TYPE = toBytes('TYPE')
const STRING = toBytes('STRING')
const ASYNC = toBytes('ASYNC')
const SYNC = toBytes('SYNC')
/** Elements of a SCAN that asks for no number. */
const USUAL_COUNT = 10

function del(context: Context): void {
  let count = 0
  for (let i = 1; i < context.request.count; i++) {
    const entry = findKey(context, i)
    if (entry === null) continue
    context.store.delete(entry)
    count++
  }
  context.reply.integer(count)
}

function exists(context: Context): void {
  let count = 0
  for (let i = 1; i < context.request.count; i++) if (findKey(context, i) !== null) count++
  context.reply.integer(count)
}

function type(context: Context): void {
  context.reply.status(findKey(context, 1) === null ? 'none' : 'string')
}

function keys({ store, request, reply }: Context): void {
  const pattern = request.view(1)
  const found: Uint8Array[] = []
  store.each((entry) => {
    if (matches(pattern, entry.key)) found.push(entry.key)
  })
  reply.array(found.length)
  for (const key of found) reply.bulk(key)
}

interface Scan {
  pattern: Uint8Array | null
  count: number
  strings: boolean
}

/** @returns the error where there is one */
function scanOptions(request: Request): Scan | string {
  const options: Scan = { pattern: null, count: USUAL_COUNT, strings: true }
  for (let i = 2; i < request.count; i += 2) {
    if (i + 1 === request.count) return SYNTAX
    if (request.says(i, MATCH)) {
      options.pattern = request.view(i + 1)
    } else if (request.says(i, TYPE)) {
      options.strings = request.says(i + 1, STRING)
    } else if (request.says(i, COUNT)) {
      const count = safeArgument(request, i + 1)
      if (count === null) return NOT_AN_INTEGER
      if (count < 1) return SYNTAX
      options.count = count
    } else {
      return SYNTAX
    }
  }
  return options
}

function scan({ store, request, reply }: Context): void {
  const start = /^\d{1,20}$/.test(request.text(1)) ? Number(request.text(1)) : Number.NaN
  if (Number.isNaN(start)) {
    reply.error('ERR invalid cursor')
    return
  }
  const options = scanOptions(request)
  if (typeof options === 'string') {
    reply.error(options)
    return
  }
  const found: Uint8Array[] = []
  let seen = 0
  let cursor = start >>> 0
  // Empty buckets count as well, less: a nearly empty table is not walked in one command.
  let looks = options.count * 10
  do {
    cursor = store.scan(cursor, (entry) => {
      seen++
      if (options.strings && (options.pattern === null || matches(options.pattern, entry.key))) found.push(entry.key)
    })
  } while (cursor !== 0 && seen < options.count && --looks > 0)
  reply.array(2)
  reply.text(String(cursor))
  reply.array(found.length)
  for (const key of found) reply.bulk(key)
}

function flushdb({ store, request, reply }: Context): void {
  const good = request.count === 1 || (request.count === 2 && (request.says(1, ASYNC) || request.says(1, SYNC)))
  if (!good) {
    reply.error(SYNTAX)
    return
  }
  store.clear()
  reply.raw(OK)
}

function randomkey({ store, reply }: Context): void {
  const entry = store.random()
  if (entry === null) reply.null()
  else reply.bulk(entry.key)
}

function rename(context: Context): void {
  const { store, request, reply, server } = context
  const entry = findKey(context, 1)
  if (entry === null) {
    reply.error('ERR no such key')
    return
  }
  if (request.lengths[2]! + entry.valueLength > server.largestEntry) {
    reply.error(TOO_LONG)
    return
  }
  const { value, expires } = entry
  const target = findKey(context, 2)
  if (target !== entry) {
    // The value lies in the old entry: it goes last.
    store.set(request.sources[2]!, request.starts[2]!, request.lengths[2]!, value, 0, value.length, true, expires)
    store.delete(entry)
  }
  reply.raw(OK)
}

const ONE = [1, 1, 1] as const
const ALL = [1, -1, 1] as const
const NONE = [0, 0, 0] as const

export const keySpace: readonly Command[] = [
  { name: 'del', arity: -2, flags: ['write'], keys: ALL, run: del },
  { name: 'unlink', arity: -2, flags: ['write', 'fast'], keys: ALL, run: del },
  { name: 'exists', arity: -2, flags: ['readonly', 'fast'], keys: ALL, run: exists },
  { name: 'type', arity: 2, flags: ['readonly', 'fast'], keys: ONE, run: type },
  { name: 'keys', arity: 2, flags: ['readonly'], keys: NONE, run: keys },
  { name: 'scan', arity: -2, flags: ['readonly'], keys: NONE, run: scan },
  {
    name: 'dbsize',
    arity: 1,
    flags: ['readonly', 'fast'],
    keys: NONE,
    run: ({ store, reply }) => reply.integer(store.size),
  },
  { name: 'flushdb', arity: -1, flags: ['write'], keys: NONE, run: flushdb },
  { name: 'randomkey', arity: 1, flags: ['readonly'], keys: NONE, run: randomkey },
  { name: 'rename', arity: 3, flags: ['write'], keys: [1, 2, 1], run: rename },
]
