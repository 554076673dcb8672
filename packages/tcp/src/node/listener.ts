/** `net.Server`s (or `tls.Server`s) as a listener. Node accepts by itself: what nobody asked for yet waits here, up to `backlog`. */
import type { Server, Socket } from 'node:net'
import { type CamioError, fromSystemError, type Stream, WaitingListener } from '@camio/core/spi'

export interface NodeListenerParts {
  /** One for each server. */
  readonly uris: readonly string[]
  readonly servers: readonly Server[]
  /** Sockets that may wait; more are reset. */
  readonly backlog: number
  make(socket: Socket): Stream
  /** After the servers closed. */
  cleanUp?(): void
}

export class NodeListener extends WaitingListener {
  readonly uris: readonly string[]
  private readonly waiting: Socket[] = []
  private failure: CamioError | null = null

  constructor(private readonly parts: NodeListenerParts) {
    super()
    this.uris = parts.uris
    for (const server of parts.servers) {
      server.unref()
      server.on('error', (error) => this.failed(error))
    }
  }

  /** The engine: a connection is there, paused. */
  arrived(socket: Socket): void {
    if (this.closed || this.waiting.length >= this.parts.backlog) {
      socket.destroy()
      return
    }
    // Until it is a stream, nobody cares why it broke.
    socket.on('error', ignore)
    this.waiting.push(socket)
    this.respond()
  }

  private failed(error: Error): void {
    this.failure = fromSystemError(error, this.uri, 'cannot accept at')
    this.respond()
  }

  ready(): boolean {
    return this.closed || this.failure !== null || this.waiting.length > 0
  }

  protected acceptNext(): Stream | null {
    for (;;) {
      const socket = this.waiting.shift()
      if (socket === undefined) break
      if (socket.destroyed) continue
      const stream = this.parts.make(socket)
      socket.off('error', ignore)
      return stream
    }
    const { failure } = this
    this.failure = null
    if (failure !== null) throw failure
    return null
  }

  protected shutDown(): void {
    this.keepAlive.clear()
    // The callback of `close` would wait for the accepted sockets, which live on; the servers themselves are closed at once.
    for (const server of this.parts.servers) server.close()
    for (const socket of this.waiting) socket.destroy()
    this.waiting.length = 0
    this.parts.cleanUp?.()
  }
}

function ignore(): void {}

/** `server.listen` as a promise. @throws a system error, the server closed */
export function listening(server: Server, options: Parameters<Server['listen']>[0]): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(error)
    server.once('error', failed)
    server.listen(options as object, () => {
      server.off('error', failed)
      resolve()
    })
  })
}
