/**
 * What a stream knows to be lost, by cause, in datagrams. Their sums are `overruns` of `stats`: the first three of the reading half,
 * the others of the writing half. What is lost on the way nobody knows.
 */
export interface Losses {
  /**
   * Dropped by the system because the socket's buffer was full (`rcvbuf`), as the system counts: datagrams that came joined (GRO) are one.
   */
  readonly system: number
  /** Dropped because this stream's own queue was full (`queue`): its reader is too slow. Accepted streams and the node engine. */
  readonly queue: number
  /** Arrived, but larger than `max-message`: dropped, never cut. */
  readonly oversize: number
  /** Sent, and answered by the network: nobody there, no way there (`unreachable`). */
  readonly unreachable: number
  /** Not taken by the system: no route, not allowed, too large for the path. */
  readonly unsent: number
}

export type LossCause = keyof Losses

/** Of what would have been read. */
export type IncomingLoss = 'system' | 'queue' | 'oversize'

export type LossCounts = { -readonly [K in LossCause]: number }

export function noLosses(): LossCounts {
  return { system: 0, queue: 0, oversize: 0, unreachable: 0, unsent: 0 }
}
