/** How far a pipe has come; shared between `pipe` and its paths so that it is known after an error too. */
import type { PipeOptions } from './pipe.js'

/** How often the event loop gets a turn while both ends are always ready, so that signals and timers are seen. */
const TURN_MS = 10
/** Reading the clock for every small message would cost as much as moving it. */
const LOOK_EVERY = 32

export class Progress {
  path = 'copy'
  bytes = 0
  messages = 0
  ended = false
  /** System calls that a mover made. */
  kernelCalls = 0
  /** A message, or bytes, that was taken from the source and that not every sink took. */
  undelivered: Uint8Array | null = null
  private looks = 0
  private turnAt = 0

  constructor(private readonly options: PipeOptions) {}

  get aborted(): boolean {
    return this.options.signal?.aborted ?? false
  }

  /** One message or piece arrived at every sink. */
  moved(bytes: number): void {
    this.bytes += bytes
    this.messages += 1
    this.options.onProgress?.(this.bytes)
  }

  /** Has the event loop waited for long enough? Then `await turn()`. */
  get due(): boolean {
    this.looks++
    if (this.looks % LOOK_EVERY !== 0) return false
    const now = performance.now()
    if (now < this.turnAt) return false
    this.turnAt = now + TURN_MS
    return true
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
