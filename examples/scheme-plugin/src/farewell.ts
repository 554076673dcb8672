/**
 * The last moments of a connection: the closing handshake of RFC 6455, section 7. What still comes is dropped. A peer that reads
 * answers at once; one that does not read now still gets everything, because the system goes on delivering after the socket was
 * closed, so that a moment of silence is enough.
 */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

const QUIET_MS = 20

/** @param limitMs when it is over in any case @returns when the socket may be destroyed */
export function farewell(ws: WebSocket, socket: Socket, code: number, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    let quiet: NodeJS.Timeout | undefined
    const finish = () => {
      clearTimeout(limit)
      clearTimeout(quiet)
      socket.off('data', wait)
      resolve()
    }
    /** Begins anew whenever something comes, or is still to be sent. */
    const wait = () => {
      clearTimeout(quiet)
      quiet = setTimeout(() => (socket.writableLength === 0 ? finish() : wait()), QUIET_MS)
    }
    const limit = setTimeout(finish, limitMs)
    ws.once('close', finish)
    socket.on('data', wait)
    ws.resume()
    ws.close(code)
    wait()
  })
}
