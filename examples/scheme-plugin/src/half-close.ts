/**
 * What two ends of this package agree on beyond RFC 6455: messages are binary, and the text message `end` says that its sender will
 * send no more, while it goes on reading. WebSocket itself knows only the end of both directions.
 *
 * They agree by a header of the request and of its answer. A subprotocol would not do: there are servers that accept whichever is
 * offered to them first.
 */
import type { IncomingHttpHeaders } from 'node:http'

const HEADER = 'Camio-Half-Close'
const VERSION = '1'

/** The text message. */
export const END = Buffer.from('end')

/** For a request. */
export const OFFER: Readonly<Record<string, string>> = { [HEADER]: VERSION }

/** For an answer. */
export const ACCEPTED = `${HEADER}: ${VERSION}`

/** Does a request, or its answer, say so? */
export function halfCloses(headers: IncomingHttpHeaders): boolean {
  return headers[HEADER.toLowerCase()] === VERSION
}
