/** Pipes, terminals, sockets and devices without the native part. */
import { isatty } from 'node:tty'
import type { Stream } from '@camio/core/spi'
import { featuresOf } from './features.js'
import { SocketStream } from './socket-stream.js'
import { alwaysReady, type Unpositioned } from './unpositioned.js'

export function openByNode(file: Unpositioned): Stream {
  const { fd, stats, mode, uri, init } = file
  const terminal = isatty(fd)
  if (stats.isCharacterDevice() && !terminal) return alwaysReady(file, null)
  const named = stats.isFIFO() && file.owned && mode === 'r'
  return new SocketStream(init(uri, featuresOf(mode, false, 'node')), { fd, terminal, named })
}
