/**
 * connect(2) to a unix socket answers EAGAIN while the listener's queue is full, and nothing tells when it has room: try again
 * until it has.
 */
import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_NAP_MS = 1
const LONGEST_NAP_MS = 50

/** @returns what `attempt` returned; rejects with its error, or with the signal's reason */
export async function queueHasRoom<T>(attempt: () => T, signal: AbortSignal): Promise<T> {
  for (let nap = FIRST_NAP_MS; ; nap = Math.min(nap * 2, LONGEST_NAP_MS)) {
    signal.throwIfAborted()
    try {
      return attempt()
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error
    }
    await sleep(nap, undefined, { signal }).catch(() => {})
  }
}
