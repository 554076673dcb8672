import { listen, open, type Stream } from '@camio/core'
import { packageOf } from '../../schemes.js'
import { announce, text } from '../common/arguments.js'
import type { Framing } from './framing.js'

/** Where the serving end listens, and which scheme it is for both. */
const uri = text('uri', 'tcp://127.0.0.1:0')
/** Options of the connecting end, as they stand in a URI. */
const query = text('query', '')

const [scheme] = uri.split(':')
await import(packageOf(uri))

export async function* accepted(framing: Framing): AsyncGenerator<Stream, void, undefined> {
  const server = await listen(uri, framing)
  announce(server.uris[0]!)
  yield* server
}

export async function acceptOne(framing: Framing): Promise<Stream> {
  const { value } = await accepted(framing).next()
  return value as Stream
}

export async function acceptMany(count: number, framing: Framing): Promise<Stream[]> {
  const streams: Stream[] = []
  for await (const stream of accepted(framing)) if (streams.push(stream) === count) break
  return streams
}

/** The serving end of a connectionless scheme: one stream for what comes from anywhere. */
export async function bind(): Promise<Stream> {
  const stream = await open(uri)
  announce(stream.uri)
  return stream
}

export function connect(framing?: Framing): Promise<Stream> {
  // Where the two ends of a thing are named differently the suite says where this one goes.
  const told = text('to', text('at', ''))
  // Others than ours announce the bare port.
  const at = told.includes(':') ? told : `${scheme}://127.0.0.1:${told}`
  return open(query === '' ? at : `${at}${at.includes('?') ? '&' : '?'}${query}`, framing)
}
