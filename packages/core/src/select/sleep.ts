/** A wait that somebody, the time or a signal ends. One for all waits of a selector: only its promise is new each time. */
import { offAbort, onAbort } from '../wait/abort.js'

/** The longest time that a timer of Node takes. */
const FOREVER = 2 ** 31 - 1

export class Sleep {
  private resolve: (() => void) | null = null
  private timer: NodeJS.Timeout | undefined
  private signal: AbortSignal | undefined
  private readonly begin = (resolve: () => void): void => {
    this.resolve = resolve
  }
  private readonly timedOut = (): void => this.wake()

  /** Resolves when it is woken, after `timeout` milliseconds, or when the signal aborts. */
  until(timeout: number, signal: AbortSignal | undefined): Promise<void> {
    if (timeout <= FOREVER) this.timer = setTimeout(this.timedOut, timeout)
    this.signal = signal
    onAbort(signal, this)
    return new Promise(this.begin)
  }

  wake(): void {
    const { resolve } = this
    if (resolve === null) return
    this.resolve = null
    clearTimeout(this.timer)
    this.timer = undefined
    offAbort(this.signal, this)
    this.signal = undefined
    resolve()
  }

  /** The abort event. */
  handleEvent(): void {
    this.wake()
  }
}
