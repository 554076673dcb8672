/** What a command works with: filled in anew for each request. */
import type { ReplyWriter } from '../resp/reply-writer.js'
import type { Request } from '../resp/request.js'
import type { Client } from '../server/client.js'
import type { PubSub } from '../server/pubsub.js'
import type { Store } from '../store/store.js'

/** What the server says of itself. */
export interface ServerFacts {
  readonly clients: Iterable<Client>
  /** INFO, section by section. */
  info(section: string): string
  /** CONFIG GET: names and values. */
  readonly config: ReadonlyMap<string, string>
  /** @returns whether this is the password; every one is where there is none */
  isPassword(password: Uint8Array): boolean
  readonly hasPassword: boolean
  /** Bytes of the largest value. */
  readonly largestValue: number
  /** Bytes of a key and its value together: one request has them, as a rule, and the log reads them in one piece. */
  readonly largestEntry: number
}

export interface Context {
  readonly store: Store
  readonly pubsub: PubSub
  readonly server: ServerFacts
  request: Request
  client: Client
  reply: ReplyWriter
}

export interface Command {
  readonly name: string
  /** Arguments with the name; negative: at least so many. As in Redis's COMMAND. */
  readonly arity: number
  readonly flags: readonly Flag[]
  /** Where keys stand: first, last (negative: from the end) and step; [0, 0, 0] without any. */
  readonly keys: readonly [number, number, number]
  run(context: Context): void
}

/**
 * `write`: changes the store; `denyoom`: may need more memory; `no_auth`: also for whom nobody knows; `pubsub`: also for who has
 * subscribed by RESP2.
 */
export type Flag = 'write' | 'readonly' | 'denyoom' | 'fast' | 'no_auth' | 'pubsub'
