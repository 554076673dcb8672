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
