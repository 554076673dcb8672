/** Lets operations that have to wait run one at a time, in the order in which they came. */
import { offAbort, onAbort } from './abort.js'

export class Turnstile {
  private busy = false
  private readonly queue: Ticket[] = []

  /** Nobody is in, and nobody waits. */
  get idle(): boolean {
    return !this.busy
  }

  /** Resolves when it is the caller's turn, which lasts until `leave`. Rejects when `signal` aborts before that. */
  enter(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (!this.busy) {
      this.busy = true
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => this.queue.push(new Ticket(this.queue, resolve, reject, signal)))
  }

  /** The next one's turn. */
  leave(): void {
    const next = this.queue.shift()
    if (next) next.admit()
    else this.busy = false
  }
}

class Ticket {
  constructor(
    private readonly queue: Ticket[],
    private readonly resolve: () => void,
    private readonly reject: (reason: unknown) => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    onAbort(signal, this)
  }

  admit(): void {
    offAbort(this.signal, this)
    this.resolve()
  }

  /** The abort event. */
  handleEvent(): void {
    offAbort(this.signal, this)
    this.queue.splice(this.queue.indexOf(this), 1)
    this.reject(this.signal?.reason)
  }
}
