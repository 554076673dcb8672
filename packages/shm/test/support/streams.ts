/** Streams for tests. */
import { listen, open, type Stream } from '@camio/core'
import '@camio/shm'
import { freshName } from './names.js'

export interface Pair {
  readonly near: Stream
  readonly far: Stream
}

/** A duplex stream's two ends, in this thread. */
export async function pair(options: { capacity?: number | string } = {}): Promise<Pair> {
  const listener = await listen(freshName(), options)
  const [near, far] = await Promise.all([open(listener.uri, options), listener.accept()])
  await listener.close()
  return { near, far }
}

export async function discard(...streams: readonly Stream[]): Promise<void> {
  await Promise.all(streams.map((stream) => stream.close({ discard: true })))
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
