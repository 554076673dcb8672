/** `net.connect` as a promise that can be aborted. */
import { connect, type NetConnectOpts, type Socket } from 'node:net'

/** @returns a connected socket that is not read from; rejects with the system's error or the signal's reason */
export function connectSocket(options: NetConnectOpts, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const socket = connect({ ...options, allowHalfOpen: true })
    socket.pause()
    const aborted = () => settle(() => reject(signal.reason))
    const failed = (error: Error) => settle(() => reject(error))
    const settle = (result: () => void) => {
      signal.removeEventListener('abort', aborted)
      socket.off('error', failed)
      if (!socket.pending && !signal.aborted) return result()
      socket.on('error', () => {})
      socket.destroy()
      result()
    }
    signal.addEventListener('abort', aborted)
    socket.once('error', failed)
    socket.once('connect', () => settle(() => resolve(socket)))
  })
}
