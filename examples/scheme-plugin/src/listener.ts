/** HTTP servers whose clients ask for a WebSocket, as a listener. What nobody accepted yet waits here, up to `backlog`. */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { type CamioError, fromSystemError, type Stream, WaitingListener } from '@camio/core/spi'
import type { WebSocketServer } from 'ws'
import { halfCloses } from './half-close.js'
import type { Connection } from './stream.js'

export interface Parts {
  /** One for each server. */
  readonly uris: readonly string[]
  readonly servers: readonly Server[]
  /** Shakes hands; has no server of its own. */
  readonly handshake: WebSocketServer
  readonly backlog: number
  /** Streams of one direction may end, where the client knows how. */
  readonly halfClose: boolean
  /** The status to refuse a request with, or `null` for those that are welcome. */
  check(request: IncomingMessage): number | null
  make(connection: Connection): Stream
}

export class WsListener extends WaitingListener {
  readonly uris: readonly string[]
  private readonly waiting: Connection[] = []
  private failure: CamioError | null = null

  constructor(private readonly parts: Parts) {
    super()
    this.uris = parts.uris
    for (const server of parts.servers) {
      server.unref()
      server.on('error', (error) => this.failed(error))
      server.on('request', (_, response) => response.writeHead(426, { Upgrade: 'websocket' }).end())
      server.on('upgrade', (request, socket: Socket, head) => this.asked(request, socket, head))
    }
  }

  private asked(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // Until it is a stream, nobody cares why it broke.
    socket.on('error', ignore)
    socket.unref()
    const status = this.closed || this.waiting.length >= this.parts.backlog ? 503 : this.parts.check(request)
    if (status !== null) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    this.parts.handshake.handleUpgrade(request, socket, head, (ws) => {
      // Its listener is the stream, which is made when somebody accepts: nothing may come before.
      ws.pause()
      ws.on('error', ignore)
      this.waiting.push({ ws, socket, halfCloses: this.parts.halfClose && halfCloses(request.headers) })
      this.respond()
    })
  }

  private failed(error: Error): void {
    this.failure = fromSystemError(error, this.uri, 'cannot accept at')
    this.respond()
  }

  ready(): boolean {
    return this.closed || this.failure !== null || this.waiting.length > 0
  }

  protected acceptNext(): Stream | null {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift())
      if (next.ws.readyState !== next.ws.CLOSED) return this.parts.make(next)
    const { failure } = this
    this.failure = null
    if (failure !== null) throw failure
    return null
  }

  protected shutDown(): void {
    this.keepAlive.clear()
    for (const server of this.parts.servers) {
      // Its callback would wait for the accepted sockets, which live on.
      server.close()
      server.closeAllConnections()
    }
    for (const { ws } of this.waiting) ws.terminate()
    this.waiting.length = 0
  }
}

function ignore(): void {}
