/** A client, as commands see it, whatever transport it came by. */
import type { ReplyWriter } from '../resp/reply-writer.js'

export abstract class Client {
  name = ''
  library = ''
  libraryVersion = ''
  /** It may do everything: there is no password, or it said it. */
  trusted = false
  /** When it was heard last, in milliseconds since 1970. */
  heard: number
  readonly since: number
  /** It asked to be let go: nothing behind that is read. */
  leaving = false
  /** Channels, made at the first SUBSCRIBE. */
  channels: Set<string> | null = null
  lastCommand = ''

  constructor(
    readonly id: number,
    /** The listener's URI. */
    readonly uri: string,
    now: number,
  ) {
    this.since = this.heard = now
  }

  abstract readonly reply: ReplyWriter
  /** Can it be told what it does not ask for? */
  abstract readonly listens: boolean
  /** Where it is, for people. */
  abstract readonly address: string
  /** Bytes of replies that its transport has not taken. */
  abstract readonly pending: number

  /** Something was written to `reply` in somebody else's turn. */
  abstract touched(): void
}
