/** The client's side: from a URI to an open WebSocket. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { CamioError } from '@camio/core/spi'
import { type ClientOptions, WebSocket } from 'ws'
import { failure, refusedBy } from './failure.js'
import { halfCloses } from './half-close.js'
import type { Connection } from './stream.js'

export interface Request {
  readonly uri: string
  readonly url: URL
  readonly protocols: string[]
  readonly options: ClientOptions
}

/** @returns an open, paused connection @throws CamioError; the signal's reason. Nothing is left behind then */
export function connect({ uri, url, protocols, options }: Request, signal: AbortSignal): Promise<Connection> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const ws = dial()
    if (ws === null) return
    let socket: Socket
    let agreed = false
    const stop = (reason: unknown) => {
      signal.removeEventListener('abort', aborted)
      ws.terminate()
      reject(reason)
    }
    const aborted = () => stop(signal.reason)
    const failed = (error: Error) => stop(failure(error, uri, 'cannot open'))
    const answered = (_: unknown, { statusCode }: IncomingMessage) => stop(refusedBy(statusCode ?? 0, uri))
    signal.addEventListener('abort', aborted)
    ws.on('error', failed)
    ws.once('unexpected-response', answered)
    ws.once('upgrade', (response) => {
      socket = response.socket
      agreed = halfCloses(response.headers)
    })
    ws.once('open', () => {
      signal.removeEventListener('abort', aborted)
      // Its listener is the stream, which is made in a moment: nothing may come before.
      ws.pause()
      ws.off('error', failed)
      ws.off('unexpected-response', answered)
      resolve({ ws, socket, halfCloses: agreed })
    })

    function dial(): WebSocket | null {
      try {
        return new WebSocket(url, protocols, options)
      } catch (error) {
        reject(badRequest(error))
        return null
      }
    }
  })

  /** The URL was parsed before: what is left to be wrong are headers that are none, or a subprotocol that stands twice. */
  function badRequest(error: unknown): CamioError {
    const message = `option "headers" or "protocol" for ${uri}: ${(error as Error).message}`
    return new CamioError('ERR_CAMIO_BAD_OPTION', message, { uri, cause: error })
  }
}
