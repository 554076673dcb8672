/**
 * One timer for all requests: it barks when answers are awaited and none came for a while. It looks a few times in that while whether
 * anything was heard, so that a request costs no look at the clock.
 */
const LOOKS = 4

export class Watchdog {
  private timer: NodeJS.Timeout | null = null
  private watching = false
  /** Was anything heard since the last look? */
  private heard = false
  /** Looks in a row at which nothing was. */
  private quiet = 0

  /** @param patience in milliseconds, of which it may become a quarter more; `Infinity`: never */
  constructor(
    private readonly patience: number,
    private readonly bark: () => void,
  ) {}

  /** From now on something is awaited. */
  watch(): void {
    if (this.watching || this.patience === Infinity) return
    this.watching = this.heard = true
    // Whoever waits for the stream keeps the process alive.
    this.timer ??= setInterval(() => this.look(), this.patience / LOOKS).unref()
  }

  /** Something came. */
  seen(): void {
    this.heard = true
  }

  /** Nothing is awaited any more. */
  rest(): void {
    this.watching = false
  }

  private look(): void {
    if (!this.watching) this.stop()
    else if (this.heard) this.quiet = 0
    else if (++this.quiet === LOOKS) {
      this.stop()
      this.bark()
    }
    this.heard = false
  }

  private stop(): void {
    clearInterval(this.timer!)
    this.timer = null
    this.quiet = 0
  }
}
