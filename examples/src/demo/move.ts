/** The program that the demo is about. Only the URI tells it what it runs over. */
import { fileUri, listen, open, type PipeResult, pipe } from '@camio/core'
import type { Row } from './transports.js'

/** What one end did. */
type Done = Pick<PipeResult, 'bytes' | 'copies'> & { readonly path: string }

export interface Moved {
  readonly sent: Done
  readonly received: Done
}

/** `from` -> the row's transport -> every one of `to`. */
export async function move(from: string, row: Row, to: readonly string[]): Promise<Moved> {
  await using listener = await listen(row.uri, row.listenOptions)
  const [sent, received] = await Promise.all([
    send(from, listener.uri, row.connectOptions),
    listener.accept().then((peer) => receive(peer, to)),
  ])
  return { sent, received }
}

async function send(from: string, uri: string, options: Row['connectOptions']): Promise<PipeResult> {
  const source = await open(fileUri(from))
  const sink = await open(uri, options)
  return pipe(source, sink, { close: true })
}

async function receive(peer: Parameters<typeof pipe>[0], to: readonly string[]): Promise<PipeResult> {
  const sinks = await Promise.all(to.map((path) => open(fileUri(path), { mode: 'w' })))
  return pipe(peer, sinks, { close: true })
}
