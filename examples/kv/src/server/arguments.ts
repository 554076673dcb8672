/** The words of `camio-kv serve`: checked, and turned into settings. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseUri } from '@camio/core'
import { parseDuration, parseSize } from '@camio/core/spi'
import { password } from '../password.js'
import { UsageError } from '../usage.js'
import type { Settings } from './settings.js'

const OPTIONS = {
  listen: { type: 'string', multiple: true, short: 'l' },
  store: { type: 'string' },
  fsync: { type: 'string' },
  repair: { type: 'boolean' },
  'compact-from': { type: 'string' },
  maxmemory: { type: 'string' },
  evict: { type: 'string' },
  maxclients: { type: 'string' },
  'max-request': { type: 'string' },
  timeout: { type: 'string' },
  'password-file': { type: 'string' },
  protected: { type: 'string' },
  wait: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

export type Words = { [K in keyof typeof OPTIONS]?: string | boolean | string[] }

export const HELP = `camio-kv [serve] [options]: a key-value store that speaks the Redis protocol over any transport

  -l, --listen URI       where to listen; again for more (tcp://127.0.0.1:7379): shm:kv, unix:/run/kv.sock, tls://..., udp://...
      --store file:PATH  keep an append-only log there, and begin with what it tells of; else in memory alone
      --fsync WHEN       always: nothing is acknowledged before it is on storage; everysec (default); no
      --repair           cut the log off at a damaged group, also in its middle
      --compact-from N   rewrite the log when it has doubled and is larger than this (64MiB)
      --maxmemory N      bytes of keys and values (no limit)
      --evict no|lru     at that limit: an error (default), or away with what was not used for long
      --maxclients N     clients at once (10000)
      --max-request N    bytes of one request, and of a key with its value (513MiB)
      --timeout TIME     let silent clients go after this (never)
      --password-file F  clients that come by a network must say the file's first line; also $CAMIO_KV_PASSWORD
      --protected no     listen for others without a password
      --wait HOW         park (default), yield, spin, or a time as in spin:20us
  -h, --help

examples:
  camio-kv --listen shm:kv --listen unix:/tmp/kv.sock --listen tcp://127.0.0.1:7379
  camio-kv --listen tcp://127.0.0.1:7379 --store file:kv.log --fsync always
`

/** @returns `null` when help is asked for @throws UsageError */
export function settingsOf(args: readonly string[], env: NodeJS.ProcessEnv): Partial<Settings> | null {
  const words = parse(args)
  if (words.help) return null
  const store = words.store as string | undefined
  if (store !== undefined) checkStore(store)
  const given: { -readonly [K in keyof Settings]?: Settings[K] | undefined } = {
    listen: words.listen as string[] | undefined,
    store,
    fsync: oneOf(words, 'fsync', ['always', 'everysec', 'no']),
    repair: words.repair as boolean | undefined,
    compactFrom: size(words, 'compact-from'),
    maxmemory: size(words, 'maxmemory'),
    evict: oneOf(words, 'evict', ['no', 'lru']),
    maxclients: count(words, 'maxclients'),
    maxRequest: size(words, 'max-request'),
    timeout: duration(words, 'timeout'),
    password: passwordOf(words['password-file'] as string | undefined, env),
    protected: { yes: true, no: false }[oneOf(words, 'protected', ['yes', 'no']) ?? 'yes'],
    wait: words.wait as string | undefined,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function parse(args: readonly string[]): Words {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function oneOf<const T extends string>(words: Words, name: keyof Words, allowed: readonly T[]): T | undefined {
  const value = words[name] as string | undefined
  if (value === undefined || allowed.includes(value as T)) return value as T | undefined
  throw new UsageError(`--${name} is "${value}", not one of ${allowed.join(', ')}`)
}

function size(words: Words, name: keyof Words): number | undefined {
  return unit(words, name, parseSize, 'a size such as 100MiB')
}

function duration(words: Words, name: keyof Words): number | undefined {
  return unit(words, name, parseDuration, 'a time such as 30s')
}

function count(words: Words, name: keyof Words): number | undefined {
  return unit(words, name, (text) => (/^[1-9]\d{0,6}$/.test(text) ? Number(text) : null), 'a number from 1 on')
}

function unit(
  words: Words,
  name: keyof Words,
  read: (text: string) => number | null,
  what: string,
): number | undefined {
  const text = words[name] as string | undefined
  if (text === undefined) return undefined
  const value = read(text)
  if (value === null) throw new UsageError(`--${name} is "${text}", not ${what}`)
  return value
}

function checkStore(uri: string): void {
  const { scheme, address, options } = parseUri(uri)
  if (scheme !== 'file' || address === '') throw new UsageError(`--store is "${uri}", not file:PATH`)
  const [option] = options
  if (option !== undefined)
    throw new UsageError(`--store takes no options in its URI, and there is "${option[0]}": say --fsync`)
}

/** Never on the command line, where everybody on the machine can read it. */
function passwordOf(file: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  if (file === undefined) return password(env)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`--password-file: ${(error as Error).message}`)
  }
  const line = text.split(/\r?\n/, 1)[0]!
  if (line === '') throw new UsageError(`--password-file: the first line of ${file} is empty`)
  return line
}
