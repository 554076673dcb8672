/**
 * A token bucket that may be overdrawn: whoever finds one token in it takes what it needs, and what it took too much is waited for
 * afterwards. So a message larger than the bucket passes, and the mean is kept all the same.
 */
export class Bucket {
  private tokens: number
  private last: number

  constructor(
    private readonly perMs: number,
    private readonly size: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = size
    this.last = now()
  }

  get open(): boolean {
    return this.fill() >= 1
  }

  take(amount: number): void {
    this.tokens -= amount
  }

  /** Milliseconds until it is open, 0 if it is. */
  get wait(): number {
    const tokens = this.fill()
    return tokens >= 1 ? 0 : (1 - tokens) / this.perMs
  }

  private fill(): number {
    if (this.tokens < this.size) {
      const now = this.now()
      this.tokens = Math.min(this.size, this.tokens + (now - this.last) * this.perMs)
      this.last = now
    } else {
      this.last = this.now()
    }
    return this.tokens
  }
}
