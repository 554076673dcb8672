/** `open` with `listen=1`: one peer, then no more, as in socat. */
import type { Listener, Stream } from '@camio/core/spi'

/** @throws what `accept` throws; the signal's reason */
export async function acceptOne(listener: Listener, signal: AbortSignal | undefined): Promise<Stream> {
  try {
    return await listener.accept({ signal })
  } finally {
    await listener.close()
  }
}
