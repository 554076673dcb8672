import { connect as connectSocket, type Socket, type SocketConstructorOpts, type TcpNetConnectOpts } from 'node:net'
import type { DuplexOptions } from 'node:stream'
import { portAt, text } from '../common/arguments.js'

type Options = SocketConstructorOpts & DuplexOptions & Pick<TcpNetConnectOpts, 'noDelay'>

/** Connects to what `listen` announced. */
export function connect(options: Options = {}): Socket {
  const at = text('at', '')
  const place = at.startsWith('@') ? { path: `\0${at.slice(1)}` } : { host: '127.0.0.1', port: portAt() }
  return connectSocket({ ...options, ...place })
}
