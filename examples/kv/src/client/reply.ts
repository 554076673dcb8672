/** What a server answers, and who gets it. The protocol: RESP3 (github.com/redis/redis-specifications), and RESP2 beneath it. */
import type { CamioError } from '@camio/core'

/**
 * An answer as a value: bulk strings as text or, where they were asked for so, as a buffer of their own. Integers beyond 2^53 are
 * bigints. An error inside an aggregate is a value; one that is the whole answer is thrown.
 */
export type Reply = null | boolean | number | bigint | string | Buffer | ReplyError | Reply[] | ReplyMap | Set<Reply>

/** An interface, for the type above to name itself. */
export interface ReplyMap extends Map<Reply, Reply> {}

/** The server carried the request out with an error: `WRONGTYPE Operation against a key holding ...`. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError'
  readonly code = 'ERR_KV_REPLY'
  /** The first word: `ERR`, `WRONGTYPE`, `NOAUTH`, `OOM`. */
  readonly kind: string

  constructor(message: string) {
    super(message)
    const space = message.indexOf(' ')
    this.kind = space < 0 ? message : message.slice(0, space)
  }
}

/** How bulk strings are handed over. */
export const Form = {
  /** Decoded as UTF-8. */
  TEXT: 0,
  /** Each in a buffer of its own: one copy. */
  BYTES: 1,
  /** An answer that is one bulk string: where it lies, without a copy, through {@link ReplyHandler.place}. Others as `BYTES`. */
  PLACE: 2,
} as const

export type Form = (typeof Form)[keyof typeof Form]

/** Gets one answer. For a hot loop: one object may wait for any number of answers. None of its methods may throw. */
export interface ReplyHandler {
  readonly form: Form
  reply(value: Reply): void
  /** With `Form.PLACE`: `bytes.subarray(offset, offset + length)`, which is good until this returns. */
  place?(bytes: Uint8Array, offset: number, length: number): void
  /** The server's error, or why there will be no answer. */
  fail(error: ReplyError | CamioError): void
}
