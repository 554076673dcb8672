/** Happy Eyeballs (RFC 8305): a dead address costs a moment, not the connection. */

/** How long an attempt is alone before the next one starts beside it. */
const STAGGER_MS = 250

/**
 * Tries one candidate after the other: the next one when the last failed, or has not answered for a moment. Keeps the first that
 * succeeds and aborts the others.
 * @param attempt rejects when its signal aborts
 * @param drop undoes a success that came too late
 * @throws the first candidate's error when all failed; the signal's reason
 */
export function firstOf<T>(
  candidates: readonly string[],
  attempt: (candidate: string, signal: AbortSignal) => Promise<T>,
  drop: (late: T) => void,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    let next = 0
    let running = 0
    let failure: unknown
    let timer: NodeJS.Timeout | undefined
    const finish = (settle: () => void) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      settle()
      controller.abort()
    }
    const aborted = () => finish(() => reject(signal.reason))
    const failed = (error: unknown) => {
      running--
      failure ??= error
      if (controller.signal.aborted) return
      if (next < candidates.length) start()
      else if (running === 0) finish(() => reject(failure))
    }
    const start = () => {
      clearTimeout(timer)
      const candidate = candidates[next++]!
      running++
      if (next < candidates.length) timer = setTimeout(start, STAGGER_MS)
      attempt(candidate, controller.signal).then((value) => {
        if (controller.signal.aborted) drop(value)
        else finish(() => resolve(value))
      }, failed)
    }
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted)
    start()
  })
}
