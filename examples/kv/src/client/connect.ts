/** From URIs to a client: the stream, the view that the protocol needs on it, and the greeting. */
import {
  CamioError,
  type CoreOptionInput,
  type Needs,
  type OpenControl,
  open,
  parseUri,
  type RaceControl,
  registry,
  type Stream,
} from '@camio/core'
import { parseDuration } from '@camio/core/spi'
import { Ask, asIs } from './ask.js'
import { Client } from './client.js'
import { Datagrams } from './datagrams.js'
import type { Exchange, ExchangeOptions } from './exchange.js'
import { Pipeline } from './pipeline.js'
import { Form, type Reply, ReplyError } from './reply.js'
import type { Request } from './request.js'

/** What `open` takes goes there: `wait`, `require`, `ca`, ... */
export interface ConnectOptions extends OpenControl, RaceControl, Needs, CoreOptionInput {
  /** Never in a URI. */
  readonly password?: string | undefined
  /** `default` if it is left out. */
  readonly username?: string | undefined
  /** 3 by default; what the server does not know becomes 2. Datagrams have 2, if nothing is said. */
  readonly protocol?: 2 | 3 | undefined
  /**
   * How long without any answer while one is awaited, `500ms` or milliseconds: then the connection is over, for answers that come later
   * could not be told apart. Streams wait without limit by default, datagrams 1 s.
   */
  readonly replyTimeout?: number | string | undefined
  /** Requests that may wait for an answer at once, 65536 by default. */
  readonly maxPending?: number | undefined
  /** Options of the schemes. */
  readonly [option: string]: unknown
}

const DATAGRAM_TIMEOUT_MS = 1000
const MAX_PENDING = 65_536

/**
 * Connects to the first of `uris` that opens, as core's planner sees it, and greets the server.
 * @throws what `open` throws; `ReplyError` when the server does not let the client in (`WRONGPASS`, `NOAUTH`); `ERR_CAMIO_BAD_OPTION`
 */
export async function connect(uris: string | readonly string[], options: ConnectOptions = {}): Promise<Client> {
  const { password, username, protocol, replyTimeout, maxPending = MAX_PENDING, ...rest } = options
  const patience = patienceOf(replyTimeout)
  const stream = await open(typeof uris === 'string' ? asBytes(uris) : uris.map(asBytes), rest)
  try {
    const datagrams = stream.features.framing === 'messages'
    const settings = { replyTimeout: patience ?? (datagrams ? DATAGRAM_TIMEOUT_MS : Infinity), maxPending }
    const exchange = exchangeOver(stream, datagrams, settings)
    return new Client(
      exchange,
      await greet(exchange, { password, username, protocol: protocol ?? (datagrams ? 2 : 3) }),
    )
  } catch (error) {
    await stream.close({ discard: true })
    throw error
  }
}

/** Reliable messages are seen as bytes, so that answers may be larger than one of them. Datagrams stay what they are. */
function asBytes(uri: string): string {
  const { scheme } = parseUri(uri)
  if (!registry.has(scheme) || /[?&]framing=/.test(uri)) return uri
  const { framing, reliable, ordered } = registry.driver(scheme).features
  if (framing === 'bytes' || !reliable || !ordered) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}framing=bytes`
}

/** @returns milliseconds */
function patienceOf(given: number | string | undefined): number | undefined {
  if (given === undefined) return undefined
  const patience = typeof given === 'number' ? given : parseDuration(given)
  if (patience !== null && patience > 0) return patience
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `replyTimeout=${given} is not a time such as 500ms`)
}

function exchangeOver(stream: Stream, datagrams: boolean, options: ExchangeOptions): Exchange {
  if (!datagrams) return new Pipeline(stream, options)
  if (!stream.features.reliable) return new Datagrams(stream, options)
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `${stream.uri}: framing=messages keeps the protocol's bytes apart`, {
    uri: stream.uri,
  })
}

interface Greeting {
  readonly password: string | undefined
  readonly username: string | undefined
  readonly protocol: 2 | 3
}

/** @returns the protocol that is spoken from now on */
async function greet(exchange: Exchange, { password, username = 'default', protocol }: Greeting): Promise<2 | 3> {
  const credentials = password === undefined ? [] : ['AUTH', username, password]
  if (protocol === 3) {
    try {
      await ask(exchange, ['HELLO', 3, ...credentials])
      return 3
    } catch (error) {
      if (!speaksOnly2(error)) throw error
    }
  }
  if (password !== undefined) await ask(exchange, username === 'default' ? ['AUTH', password] : credentials)
  return 2
}

function ask(exchange: Exchange, request: Request): Promise<Reply> {
  return new Promise((resolve, reject) => exchange.send(request, new Ask(resolve, reject, asIs, Form.TEXT)))
}

/** A server before Redis 6, or one that has no 3. */
function speaksOnly2(error: unknown): boolean {
  if (!(error instanceof ReplyError)) return false
  return error.kind === 'NOPROTO' || /^ERR unknown command/i.test(error.message)
}
