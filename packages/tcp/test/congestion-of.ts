/** Which congestion control a stream's socket runs. */
import { spawnSync } from 'node:child_process'
import type { Stream } from '@camio/core'

const ASK = "import socket; print(socket.socket(fileno=0).getsockopt(6, 13, 16).split(b'\\0')[0].decode())"

/** Node cannot ask; a child that gets the socket as its standard input can (TCP_CONGESTION is option 13). */
export function congestionOf(stream: Stream): string {
  const end = stream.takeKernel!('write')!
  const { stdout } = spawnSync('python3', ['-c', ASK], { stdio: [end.fd, 'pipe', 'inherit'], encoding: 'utf8' })
  end.moved(0, false)
  return stdout.trim()
}
