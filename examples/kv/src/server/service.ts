/** What clients need of the server. */
import type { RequestLimits, RequestParser } from '../resp/request-parser.js'
import type { Client } from './client.js'
import type { DatagramClient } from './datagram-client.js'
import type { StreamClient, Watched } from './stream-client.js'

export type AnyClient = StreamClient | DatagramClient

/** What waits until it is durable, and whose it is. */
export interface Held {
  readonly client: AnyClient
  /** It is. */
  release(): void
  /** It never will be: whether it was carried out nobody can say. */
  abandon(): void
}

export interface Service {
  readonly parser: RequestParser
  /** Milliseconds since 1970, as of this turn. */
  readonly now: number
  limitsOf(client: Client): RequestLimits
  /** Runs the parser's request. */
  execute(client: Client): void
  /** Must what is said now wait until it is durable? */
  readonly holding: boolean
  hold(held: Held): void
  /** Bytes of datagrams that are held. */
  heldBytes: number
  /** Something was written to the client in somebody else's turn. */
  touch(client: StreamClient): void
  /** When it is to be served next. */
  watch(client: StreamClient, what: Watched): void
  /** Lets it go, with all that was said to it. */
  part(client: AnyClient): void
  /** Lets it go at once. */
  drop(client: AnyClient): void
}
