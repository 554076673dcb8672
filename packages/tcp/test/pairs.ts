/** Connected streams for tests, closed when the test is over. */
import { type Listener, listen, open, type Stream } from '@camio/core'
import type { ExecutionContext } from 'ava'

type Options = object

export interface Pair {
  readonly near: Stream
  readonly far: Stream
  readonly listener: Listener
}

export function closeLater<T extends { close(o?: { discard?: boolean }): Promise<void> }>(
  t: ExecutionContext,
  thing: T,
): T {
  t.teardown(() => thing.close({ discard: true }))
  return thing
}

export async function listenFor(t: ExecutionContext, uri: string, options: Options = {}): Promise<Listener> {
  return closeLater(t, await listen(uri, options as Record<string, unknown>))
}

export async function pair(
  t: ExecutionContext,
  uri: string,
  options: Options = {},
  openOptions = options,
): Promise<Pair> {
  const listener = await listenFor(t, uri, options)
  const accepting = listener.accept()
  const near = closeLater(t, await open(listener.uri, openOptions as Record<string, unknown>))
  const far = closeLater(t, await accepting)
  return { near, far, listener }
}

export async function readAll(stream: Stream): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const lease of stream) pieces.push(Buffer.from(lease))
  return Buffer.concat(pieces)
}

/** Waits for a condition that nothing announces; ava's time limit bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setTimeout(resolve, 2))
}
