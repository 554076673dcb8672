/** Listening to an AbortSignal that many waits share: a server's one signal for everything is no leak, so Node shall not warn. */
import { setMaxListeners } from 'node:events'

type AbortListener = Parameters<AbortSignal['addEventListener']>[1]

const quiet = new WeakSet<AbortSignal>()

/** @param listener a function, or an object whose `handleEvent` is called: a listener without a closure */
export function onAbort(signal: AbortSignal | undefined, listener: AbortListener): void {
  if (signal === undefined) return
  if (!quiet.has(signal)) {
    quiet.add(signal)
    setMaxListeners(0, signal)
  }
  signal.addEventListener('abort', listener)
}

export function offAbort(signal: AbortSignal | undefined, listener: AbortListener): void {
  signal?.removeEventListener('abort', listener)
}

/** `promise`, or the signal's reason if that comes first; what comes too late is handed to `late`. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal, late: (value: T) => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason)
    if (signal.aborted) aborted()
    else signal.addEventListener('abort', aborted)
    promise
      .then((value) => (signal.aborted ? late(value) : resolve(value)), reject)
      .finally(() => signal.removeEventListener('abort', aborted))
  })
}
