/** Pipes, terminals, sockets and devices without the native part. */
import { readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import type { Stream } from '@camio/core/spi'
import { featuresOf } from './features.js'
import { SocketStream } from './socket-stream.js'
import { alwaysReady, type Unpositioned } from './unpositioned.js'

/** How often a named pipe is asked whether somebody has opened it for writing. */
const LOOK_MS = 10

export async function openByNode(file: Unpositioned): Promise<Stream> {
  const { fd, stats, mode, uri, init } = file
  const terminal = isatty(fd)
  if (stats.isCharacterDevice() && !terminal) return alwaysReady(file, null)
  const named = stats.isFIFO() && file.owned && mode === 'r'
  const first = named ? await firstBytes(file) : null
  return new SocketStream(init(uri, featuresOf(mode, false, 'node')), { fd, terminal, first })
}

/** To node:net a pipe that nobody has opened for writing yet is at its end: waits for the first writer. */
async function firstBytes({ fd, signal }: Unpositioned): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(65_536)
  for (;;) {
    try {
      const count = readSync(fd, bytes)
      if (count > 0) return bytes.subarray(0, count)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null
      throw error
    }
    await sleep(LOOK_MS, undefined, signal && { signal })
  }
}
