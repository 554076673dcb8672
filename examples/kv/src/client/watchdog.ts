/** One timer for all requests: it fires when answers are awaited and none came for a while. */
export class Watchdog {
  private timer: NodeJS.Timeout | null = null
  private watching = false
  /** When something was last heard, or the wait began. */
  private heard = 0

  /** @param patience in milliseconds; `Infinity`: never */
  constructor(
    private readonly patience: number,
    private readonly bark: () => void,
  ) {}

  /** From now on something is awaited. */
  watch(): void {
    if (this.watching || this.patience === Infinity) return
    this.watching = true
    this.heard = performance.now()
    // The timer of an earlier wait goes on: it looks at `heard` when it fires.
    this.timer ??= this.sleep(this.patience)
  }

  /** Something came. */
  seen(): void {
    if (this.watching) this.heard = performance.now()
  }

  /** Nothing is awaited any more. */
  rest(): void {
    this.watching = false
    // A timer a request would cost more than one that fires in vain.
    this.timer?.unref()
  }

  private sleep(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.look(), milliseconds)
  }

  private look(): void {
    this.timer = null
    if (!this.watching) return
    const left = this.heard + this.patience - performance.now()
    if (left > 0) this.timer = this.sleep(left)
    else this.bark()
  }
}
