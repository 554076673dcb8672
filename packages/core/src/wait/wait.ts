/** Waiting for one source: the promise, its abort, and what is tried before the thread sleeps. */
import { CamioError } from '../error.js'
import type { Selectable, Waiter } from '../source.js'
import { offAbort, onAbort } from './abort.js'
import { poll } from './loop.js'
import { PARK, type WaitStrategy } from './strategy.js'

export interface WaitOptions {
  /** Aborting rejects the wait with `signal.reason`; the stream stays usable and nothing is lost. */
  signal?: AbortSignal | undefined
}

/** Returned wherever nothing needs waiting, so that the fast path allocates nothing. */
export const DONE: Promise<void> = Promise.resolve()

/** Resolves when `interest` holds; at once, and without an allocation, when it holds already. */
export function waitFor(
  source: Selectable,
  interest: number,
  options?: WaitOptions,
  strategy: WaitStrategy = PARK,
): Promise<void> {
  const signal = options?.signal
  if (signal?.aborted) return Promise.reject(signal.reason)
  if (source.closed) return Promise.reject(closedError(source))
  if (source.ready(interest) || spin(source, interest, strategy)) return DONE
  if (strategy.yields) return yieldUntilReady(source, interest, signal)
  return new Promise((resolve, reject) => new PromiseWaiter(source, interest, resolve, reject, signal))
}

export function closedError(source: Selectable): CamioError {
  return new CamioError('ERR_CAMIO_CLOSED', `${source.uri} is closed`, { uri: source.uri })
}

/** Looks again and again for the strategy's span. @returns whether it holds now */
function spin(source: Selectable, interest: number, strategy: WaitStrategy): boolean {
  if (strategy.spinMs === 0) return false
  const end = performance.now() + strategy.spinMs
  do {
    poll()
    if (source.closed || source.ready(interest)) return true
  } while (performance.now() < end)
  return false
}

/** Gives the event loop a turn between looks; never sleeps, so it costs a whole core. */
async function yieldUntilReady(source: Selectable, interest: number, signal?: AbortSignal): Promise<void> {
  for (;;) {
    await new Promise<void>((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
    if (source.closed) throw closedError(source)
    poll()
    if (source.ready(interest)) return
  }
}

class PromiseWaiter implements Waiter {
  private settled = false

  constructor(
    private readonly source: Selectable,
    private readonly interest: number,
    private readonly resolve: () => void,
    private readonly reject: (reason: unknown) => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    onAbort(signal, this)
    try {
      if (source.watch(interest, this)) this.finish()
    } catch (error) {
      this.settle()
      reject(error)
    }
  }

  /** A wake-up may be early (a release that leaves nothing new): then the wait goes on. */
  notify(): void {
    const { source, interest } = this
    // Aborted by somebody whom the same wake-up told before.
    if (this.settled) return
    if (source.closed || source.ready(interest) || source.watch(interest, this)) this.finish()
  }

  private finish(): void {
    this.settle()
    if (this.source.closed) this.reject(closedError(this.source))
    else this.resolve()
  }

  /** The abort event. */
  handleEvent(): void {
    this.settle()
    this.source.unwatch(this.interest, this)
    this.reject(this.signal?.reason)
  }

  private settle(): void {
    this.settled = true
    offAbort(this.signal, this)
  }
}
