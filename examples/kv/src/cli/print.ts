/** Answers as redis-cli shows them: with types for people, raw for programs; and as JSON. Values are as `commandBytes` gives them. */
import { type Reply, ReplyError } from '../client/index.js'

export type Style = 'people' | 'raw' | 'json'

/** With a line feed at the end. */
export function printed(reply: Reply, style: Style): Buffer {
  if (style === 'json') return Buffer.from(`${JSON.stringify(jsonOf(reply))}\n`)
  if (style === 'people') return Buffer.from(`${forPeople(reply, '')}\n`)
  return Buffer.concat([raw(reply), Buffer.from('\n')])
}

// ---------------------------------------------------------------------------------------------------------------- people

/** @param indent of lines behind the first */
function forPeople(reply: Reply, indent: string): string {
  if (Buffer.isBuffer(reply)) return quoted(reply)
  if (reply === null) return '(nil)'
  if (typeof reply === 'number') return Number.isInteger(reply) ? `(integer) ${reply}` : `(double) ${reply}`
  if (typeof reply === 'bigint') return `(integer) ${reply}`
  if (typeof reply === 'boolean') return `(${reply})`
  if (typeof reply === 'string') return reply
  if (reply instanceof ReplyError) return `(error) ${reply.message}`
  if (reply instanceof Map) return mapForPeople(reply, indent)
  return reply instanceof Set
    ? listForPeople([...reply], '~', 'set', indent)
    : listForPeople(reply, ')', 'array', indent)
}

function listForPeople(items: readonly Reply[], mark: string, what: string, indent: string): string {
  if (items.length === 0) return `(empty ${what})`
  const width = String(items.length).length
  const inner = indent + ' '.repeat(width + 2)
  return items.map((item, i) => `${String(i + 1).padStart(width)}${mark} ${forPeople(item, inner)}`).join(`\n${indent}`)
}

function mapForPeople(map: ReadonlyMap<Reply, Reply>, indent: string): string {
  if (map.size === 0) return '(empty hash)'
  const width = String(map.size).length
  const inner = indent + ' '.repeat(width + 2)
  return [...map]
    .map(
      ([key, value], i) => `${String(i + 1).padStart(width)}# ${forPeople(key, inner)} => ${forPeople(value, inner)}`,
    )
    .join(`\n${indent}`)
}

const ESCAPED: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
}

export function quoted(bytes: Uint8Array): string {
  let text = '"'
  for (const byte of bytes) {
    const plain = byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
    text += ESCAPED[byte] ?? plain
  }
  return `${text}"`
}

// ------------------------------------------------------------------------------------------------------------------- raw

const LINE_FEED = Buffer.from('\n')

function raw(reply: Reply): Buffer {
  if (Buffer.isBuffer(reply)) return reply
  if (reply === null) return Buffer.alloc(0)
  if (reply instanceof ReplyError) return Buffer.from(reply.message)
  if (typeof reply !== 'object') return Buffer.from(String(reply))
  const items = reply instanceof Map ? [...reply].flat() : [...reply]
  return Buffer.concat(items.flatMap((item, i) => (i === 0 ? [raw(item)] : [LINE_FEED, raw(item)])))
}

// ------------------------------------------------------------------------------------------------------------------ JSON

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

function jsonOf(reply: Reply): Json {
  if (Buffer.isBuffer(reply)) return textOrBase64(reply)
  if (reply instanceof ReplyError) return { error: reply.message }
  if (reply instanceof Map) return Object.fromEntries([...reply].map(([key, value]) => [keyOf(key), jsonOf(value)]))
  if (reply instanceof Set) return [...reply].map(jsonOf)
  if (Array.isArray(reply)) return reply.map(jsonOf)
  // JSON has neither.
  if (typeof reply === 'bigint' || (typeof reply === 'number' && !Number.isFinite(reply))) return String(reply)
  return reply
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOrBase64(bytes: Buffer): Json {
  try {
    return utf8.decode(bytes)
  } catch {
    return { base64: bytes.toString('base64') }
  }
}

function keyOf(key: Reply): string {
  return Buffer.isBuffer(key) ? key.toString() : String(key)
}
