/** The store's commands as methods. Requests of one turn of the event loop leave together; each method is one request. */
import { CamioError, type Stream } from '@camio/core'
import {
  type As,
  Ask,
  asBytesOrNull,
  asDone,
  asFlag,
  asIs,
  asList,
  asNothing,
  asNumber,
  asRecord,
  asScanPage,
  asText,
  asTextOrNull,
  type ScanPage,
} from './ask.js'
import type { Exchange } from './exchange.js'
import { Form, type Reply } from './reply.js'
import type { Argument, Request } from './request.js'
import { type MessageListener, Subscriptions } from './subscriptions.js'

export type Key = string | Uint8Array

export interface SetOptions {
  /** Seconds after which the key is gone. */
  readonly ex?: number
  /** The same in milliseconds. */
  readonly px?: number
  /** Only if the key is not there (`nx`), or is there (`xx`). */
  readonly if?: 'nx' | 'xx'
  /** The time to live that the key has stays. */
  readonly keepTtl?: boolean
}

export interface ScanOptions {
  /** A glob: `user:*`. */
  readonly match?: string
  /** About how many keys a page has. */
  readonly count?: number
}

const SUBSCRIPTIONS = /^[ps]?(un)?subscribe$/i

export class Client implements AsyncDisposable {
  private readonly subscriptions: Subscriptions

  /** `connect` makes one. @param protocol what the server was asked for and agreed to */
  constructor(
    /** Requests without promises, for hot loops. */
    readonly exchange: Exchange,
    readonly protocol: 2 | 3,
  ) {
    this.subscriptions = new Subscriptions(exchange, protocol === 2)
  }

  get stream(): Stream {
    return this.exchange.stream
  }

  /** As bound: which candidate it became. */
  get uri(): string {
    return this.stream.uri
  }

  /** Resolves when the connection is over, with the reason: `ERR_CAMIO_CLOSED` after `close()`. It is not opened anew. */
  get ended(): Promise<CamioError> {
    return this.exchange.ended
  }

  /** Closes at once: requests without an answer reject with `ERR_CAMIO_CLOSED`. Idempotent. */
  close(): Promise<void> {
    return this.exchange.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  // ------------------------------------------------------------------------------------------------ any command

  /**
   * Any command: `command('OBJECT', 'ENCODING', key)`. Bulk strings are decoded as UTF-8.
   * @throws `ReplyError`, the server's; what broke the connection; `ERR_KV_BUSY` when too many wait for an answer;
   *   `ERR_CAMIO_UNSUPPORTED` for subscriptions, which have methods
   */
  command(name: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.any(Form.TEXT, name, args)
  }

  /** The same, with bulk strings as buffers. */
  commandBytes(name: string, ...args: readonly Argument[]): Promise<Reply> {
    return this.any(Form.BYTES, name, args)
  }

  private async any(form: Form, name: string, args: readonly Argument[]): Promise<Reply> {
    if (!SUBSCRIPTIONS.test(name)) return this.ask(asIs, [name, ...args], form)
    // Answered once a channel, and out of turn.
    throw new CamioError('ERR_CAMIO_UNSUPPORTED', `${name}: use subscribe() and unsubscribe()`)
  }

  private ask<T>(as: As<T>, request: Request, form: Form = Form.TEXT): Promise<T> {
    return new Promise((resolve, reject) => {
      this.exchange.send(request, new Ask(resolve, reject, as, form))
    })
  }

  // ------------------------------------------------------------------------------------------------ the connection

  ping(): Promise<string> {
    // RESP2 answers with an array while subscribed.
    return this.ask((reply) => (Array.isArray(reply) ? 'PONG' : asText(reply)), ['PING'])
  }
  echo(text: string): Promise<string> {
    return this.ask(asText, ['ECHO', text])
  }
  select(database: number): Promise<void> {
    return this.ask(asNothing, ['SELECT', database])
  }
  auth(password: string, username?: string): Promise<void> {
    return this.ask(asNothing, username === undefined ? ['AUTH', password] : ['AUTH', username, password])
  }

  // ------------------------------------------------------------------------------------------------ values

  get(key: Key): Promise<string | null> {
    return this.ask(asTextOrNull, ['GET', key])
  }
  getBytes(key: Key): Promise<Buffer | null> {
    return this.ask(asBytesOrNull, ['GET', key], Form.BYTES)
  }
  /** @returns whether it was set: `false` where `if` was not met */
  set(key: Key, value: Argument, options: SetOptions = {}): Promise<boolean> {
    return this.ask(asDone, ['SET', key, value, ...setWords(options)])
  }
  /** @returns the value that was there before */
  getset(key: Key, value: Argument): Promise<string | null> {
    return this.ask(asTextOrNull, ['GETSET', key, value])
  }
  setnx(key: Key, value: Argument): Promise<boolean> {
    return this.ask(asFlag, ['SETNX', key, value])
  }
  mget(...keys: readonly Key[]): Promise<(string | null)[]> {
    return this.ask(asList(asTextOrNull), ['MGET', ...keys])
  }
  mset(values: Readonly<Record<string, Argument>>): Promise<void> {
    return this.ask(asNothing, ['MSET', ...Object.entries(values).flat()])
  }
  /** @returns the value's length now */
  append(key: Key, value: Argument): Promise<number> {
    return this.ask(asNumber, ['APPEND', key, value])
  }
  strlen(key: Key): Promise<number> {
    return this.ask(asNumber, ['STRLEN', key])
  }
  /** @param start of both, negative numbers count from the end; `end` is part of it */
  getrange(key: Key, start: number, end: number): Promise<string> {
    return this.ask(asText, ['GETRANGE', key, start, end])
  }
  incr(key: Key): Promise<number> {
    return this.ask(asNumber, ['INCR', key])
  }
  incrby(key: Key, by: number | bigint): Promise<number> {
    return this.ask(asNumber, ['INCRBY', key, by])
  }
  decr(key: Key): Promise<number> {
    return this.ask(asNumber, ['DECR', key])
  }
  decrby(key: Key, by: number | bigint): Promise<number> {
    return this.ask(asNumber, ['DECRBY', key, by])
  }

  // ------------------------------------------------------------------------------------------------ keys

  /** @returns how many were there */
  del(...keys: readonly Key[]): Promise<number> {
    return this.ask(asNumber, ['DEL', ...keys])
  }
  unlink(...keys: readonly Key[]): Promise<number> {
    return this.ask(asNumber, ['UNLINK', ...keys])
  }
  exists(...keys: readonly Key[]): Promise<number> {
    return this.ask(asNumber, ['EXISTS', ...keys])
  }
  /** @returns whether the key is there */
  expire(key: Key, seconds: number): Promise<boolean> {
    return this.ask(asFlag, ['EXPIRE', key, seconds])
  }
  pexpire(key: Key, milliseconds: number): Promise<boolean> {
    return this.ask(asFlag, ['PEXPIRE', key, milliseconds])
  }
  /** @returns seconds; -1: it stays, -2: there is no such key */
  ttl(key: Key): Promise<number> {
    return this.ask(asNumber, ['TTL', key])
  }
  pttl(key: Key): Promise<number> {
    return this.ask(asNumber, ['PTTL', key])
  }
  persist(key: Key): Promise<boolean> {
    return this.ask(asFlag, ['PERSIST', key])
  }
  /** @returns `string`, or `none` */
  type(key: Key): Promise<string> {
    return this.ask(asText, ['TYPE', key])
  }
  rename(key: Key, to: Key): Promise<void> {
    return this.ask(asNothing, ['RENAME', key, to])
  }
  keys(pattern = '*'): Promise<string[]> {
    return this.ask(asList(asText), ['KEYS', pattern])
  }
  scan(cursor: string, { match, count }: ScanOptions = {}): Promise<ScanPage> {
    const words = [...(match === undefined ? [] : ['MATCH', match]), ...(count === undefined ? [] : ['COUNT', count])]
    return this.ask(asScanPage, ['SCAN', cursor, ...words])
  }
  /** Every key, page by page; one that comes and goes meanwhile may be missing, and one may come twice. */
  async *scanAll(options?: ScanOptions): AsyncGenerator<string, void, undefined> {
    let cursor = '0'
    do {
      const page = await this.scan(cursor, options)
      yield* page.keys
      cursor = page.cursor
    } while (cursor !== '0')
  }
  randomkey(): Promise<string | null> {
    return this.ask(asTextOrNull, ['RANDOMKEY'])
  }
  dbsize(): Promise<number> {
    return this.ask(asNumber, ['DBSIZE'])
  }
  flushdb(): Promise<void> {
    return this.ask(asNothing, ['FLUSHDB'])
  }

  // ------------------------------------------------------------------------------------------------ the server

  info(section?: string): Promise<string> {
    return this.ask(asText, section === undefined ? ['INFO'] : ['INFO', section])
  }
  configGet(pattern: string): Promise<Record<string, string>> {
    return this.ask(asRecord, ['CONFIG', 'GET', pattern])
  }

  // ------------------------------------------------------------------------------------------------ messages

  /** @returns how many got it */
  publish(channel: Key, message: Argument): Promise<number> {
    return this.ask(asNumber, ['PUBLISH', channel, message])
  }

  /**
   * Calls `listener` for every message. With protocol 2 a connection with subscriptions takes no other commands, but `ping`.
   * A subscription keeps the process alive.
   * @throws `ERR_CAMIO_UNSUPPORTED` over datagrams, which promise nothing
   */
  async subscribe(channel: string, listener: MessageListener): Promise<void> {
    if (!this.stream.features.reliable)
      throw new CamioError('ERR_CAMIO_UNSUPPORTED', `${this.uri}: messages could be lost; subscribe over a stream`)
    if (this.subscriptions.add(channel, listener)) await this.subscription('SUBSCRIBE', channel)
  }

  /** @param listener everybody who listens to the channel by default */
  async unsubscribe(channel: string, listener?: MessageListener): Promise<void> {
    if (this.subscriptions.remove(channel, listener)) await this.subscription('UNSUBSCRIBE', channel)
  }

  private async subscription(command: string, channel: string): Promise<void> {
    this.subscriptions.asked()
    try {
      await this.ask(() => {}, [command, channel])
    } catch (error) {
      this.subscriptions.remove(channel)
      this.subscriptions.settled()
      throw error
    }
  }
}

function setWords({ ex, px, if: condition, keepTtl }: SetOptions): Argument[] {
  const words: Argument[] = []
  if (ex !== undefined) words.push('EX', ex)
  if (px !== undefined) words.push('PX', px)
  if (condition !== undefined) words.push(condition.toUpperCase())
  if (keepTtl) words.push('KEEPTTL')
  return words
}
