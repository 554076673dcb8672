import { listen, open, type Stream } from '@camio/core'
import '@camio/tcp'
import { announce, text } from '../common/arguments.js'

/** `frame=`, or bytes whose reader knows that every message has 64 of them. */
const frame = text('frame', 'unframed')
export const unframed = frame === 'unframed'
const options = unframed ? ({ framing: 'bytes' } as const) : { frame: frame as 'u32' }

export async function acceptOne(): Promise<Stream> {
  const server = await listen('tcp://127.0.0.1:0', options)
  announce(new URL(server.uris[0]!).port)
  return server.accept()
}

export const connect = (): Promise<Stream> => open(`tcp://127.0.0.1:${text('at', '')}`, options)
