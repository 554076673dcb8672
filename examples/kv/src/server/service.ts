/** What clients need of the server. */
import type { Held } from '../log/log.js'
import type { RequestLimits, RequestParser } from '../resp/request-parser.js'
import type { Client } from './client.js'
import type { DatagramClient } from './datagram-client.js'
import type { StreamClient } from './stream-client.js'

export type AnyClient = StreamClient | DatagramClient

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
  /** Something was written to the client in somebody else's turn. */
  touch(client: StreamClient): void
  /** Serve it when its stream has room again. */
  watchRoom(client: StreamClient, wanted: boolean): void
  /** Lets it go, with all that was said to it. */
  part(client: AnyClient): void
  /** Lets it go at once. */
  drop(client: AnyClient): void
}
