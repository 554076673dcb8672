/** Streams and frames for suites; what is opened is closed when the test is over. */
import '@camio/netmap'
import { type OpenOptions, open } from '@camio/core'
import type { NetmapStream } from '@camio/netmap'
import type { ExecutionContext } from 'ava'

/** Over the stand-in, or over the kernel's own module? */
export const standsIn = process.env.CAMIO_NETMAP_STAND_IN !== undefined

let count = 0
/** A name that nobody else has, and short: an interface's has 15 characters at most, and netmap makes one to carry a pipe. */
export const unique = (): string => `t${process.pid.toString(36)}x${count++}`

/** In an emulated machine some fifty times what a test takes elsewhere. */
const PATIENCE = 300_000

export async function opened(
  t: ExecutionContext,
  uri: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<NetmapStream> {
  // A frame that never comes is this test's failure, not the whole run's.
  t.timeout(PATIENCE)
  const stream = (await open(uri, options as OpenOptions)) as NetmapStream
  t.teardown(() => stream.close({ discard: true }))
  return stream
}

export interface Ends {
  readonly near: NetmapStream
  readonly far: NetmapStream
}

export const KINDS = ['pipe', 'switch'] as const
export type Kind = (typeof KINDS)[number]

export async function ends(
  t: ExecutionContext,
  kind: Kind,
  options: Readonly<Record<string, unknown>> = {},
  name = unique(),
  pipe = 1,
): Promise<Ends> {
  const [a, b] =
    kind === 'pipe' ? [`netmap:${name}{${pipe}`, `netmap:${name}}${pipe}`] : [`vale:${name}:a`, `vale:${name}:b`]
  return { near: await opened(t, a, options), far: await opened(t, b, options) }
}

export const EXPERIMENT = 0x88b5

/** A frame to everybody (or `to`), from `from`, whose bytes behind the header say which one it is. */
export function frame(length: number, seed = 0, { to = 0xff, from = 1 } = {}): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = i * 7 + seed
  const address = (last: number) => (last === 0xff ? [0xff, 0xff, 0xff, 0xff, 0xff, 0xff] : [2, 0, 0, 0, 0, last])
  bytes.set([...address(to), ...address(from), EXPERIMENT >> 8, EXPERIMENT & 0xff])
  return bytes
}

/** With the tag of a VLAN between its addresses and its type. */
export function tagged(bytes: Uint8Array, vlan: number): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, 12), 0x81, 0, vlan >> 8, vlan & 0xff, ...bytes.subarray(12)])
}

export async function next(stream: NetmapStream): Promise<Uint8Array> {
  const copy = (await stream.read())!.slice()
  stream.release()
  return copy
}

/** So many turns of the event loop. */
export async function turns(count = 5): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}
