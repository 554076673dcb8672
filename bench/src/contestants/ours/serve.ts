import type { Stream } from '@camio/core'

/** Sends back what comes, until the other side is gone. */
export async function serve(stream: Stream, onEvent: () => void): Promise<void> {
  while (!stream.ended) {
    const lease = stream.tryRead()
    if (lease === null) {
      await stream.readable()
      continue
    }
    while (!stream.tryWrite(lease)) await stream.writable()
    stream.release()
    stream.tryFlush()
    onEvent()
  }
}
