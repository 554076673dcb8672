/** Streams and frames for tests; what is opened is closed when the test is over. */
import '@camio/xdp'
import { type OpenOptions, open } from '@camio/core'
import type { FrameStream } from '@camio/xdp'
import type { ExecutionContext } from 'ava'
import { cables, missing } from './namespaces.js'

export const SCHEMES = ['packet', 'xdp'] as const
export type Scheme = (typeof SCHEMES)[number]

/** For titles: why a test that needs namespaces is skipped. */
export const why = missing === null ? '' : ` (${missing})`

export function rooms(t: ExecutionContext, mtu = 1500, count = 1): { a: string; b: string } {
  const { a, b, remove } = cables(count, mtu)
  t.teardown(remove)
  return { a, b }
}

export async function opened(
  t: ExecutionContext,
  scheme: Scheme,
  netns: string,
  options: Readonly<Record<string, unknown>> = {},
  name = 'camio0',
): Promise<FrameStream> {
  const stream = (await open(`${scheme}:${name}`, { netns, ...options } as OpenOptions)) as FrameStream
  t.teardown(() => stream.close({ discard: true }))
  return stream
}

export const EXPERIMENT = 0x88b5

/** A frame to everybody, of this type, whose bytes behind the header say which one it is. */
export function frame(length: number, type = EXPERIMENT, seed = 0): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff)
  bytes.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, type >> 8, type & 0xff])
  return bytes
}

/** With the tag of a VLAN between its addresses and its type. */
export function tagged(bytes: Uint8Array, vlan: number): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, 12), 0x81, 0, vlan >> 8, vlan & 0xff, ...bytes.subarray(12)])
}

/** UDP from 10.0.0.1 to 10.0.0.2, or over IPv6, as far as filters look at it. */
export function udpFrame(port: number, version: 4 | 6 = 4, ipOptions = 0): Uint8Array {
  const header = version === 4 ? 20 + ipOptions : 40
  const bytes = frame(14 + header + 8 + 22, version === 4 ? 0x0800 : 0x86dd)
  bytes.fill(0, 14)
  if (version === 4) bytes.set([0x40 | (header / 4), 0, 0, header + 30, 0, 0, 0, 0, 64, 17], 14)
  else bytes.set([0x60, 0, 0, 0, 0, 30, 17, 64], 14)
  bytes.set([0x12, 0x34, port >> 8, port & 0xff, 0, 30], 14 + header)
  return bytes
}

export async function next(stream: FrameStream): Promise<Uint8Array> {
  const copy = (await stream.read())!.slice()
  stream.release()
  return copy
}
