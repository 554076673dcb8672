import { listen, open, type Stream } from '@camio/core'
import '@camio/tcp'
import { announce, text } from '../common/arguments.js'

/** Both ends declare the view that they want of the byte stream. */
export const BYTES = { framing: 'bytes' } as const
export const FRAMES = { framing: 'messages', frame: 'u32' } as const

type Framing = typeof BYTES | typeof FRAMES

export async function* accepted(framing: Framing): AsyncGenerator<Stream, void, undefined> {
  const server = await listen('tcp://127.0.0.1:0', framing)
  announce(new URL(server.uris[0]!).port)
  yield* server
}

export async function acceptOne(framing: Framing): Promise<Stream> {
  const { value } = await accepted(framing).next()
  return value as Stream
}

export const connect = (framing: Framing): Promise<Stream> => open(`tcp://127.0.0.1:${text('at', '')}`, framing)
