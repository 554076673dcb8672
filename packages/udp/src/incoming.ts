/** Where a stream's datagrams come from: a socket, or the queue that a listener fills. */

/**
 * A run: datagrams of one length from one peer, end to end in memory, the last of them perhaps shorter. What the system received as
 * one (GRO) stays one until it is handed to the program; a single datagram is a run of one.
 */
export interface Incoming {
  /** Moves to the next run. @returns `false`: not now @throws what broke the source, after everything received before */
  next(): boolean
  /** Nothing points into the runs before any more: their memory may be used again. Comes before each `next` that may receive. */
  free(): void
  /** Is there a run that was received already? */
  readonly hasMore: boolean

  // The run at hand.
  readonly bytes: Uint8Array
  readonly offset: number
  readonly length: number
  /** The length of its datagrams; 0 for an empty one. */
  readonly segment: number
  /** Where the sender's name lies, see name.ts. */
  readonly names: Uint8Array
  readonly nameAt: number
  /** When the system received it, in milliseconds since 1970; `NaN` where nobody asked. */
  readonly time: number

  /** Nothing will be read soon: an idle stream holds no memory. Only when no run is at hand. */
  relax(): void
}

/** How many datagrams the run at hand has. */
export function datagramsIn({ length, segment }: Incoming): number {
  return length === 0 ? 1 : Math.ceil(length / segment)
}

export const NOTHING = new Uint8Array(0)
