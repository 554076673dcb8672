/** When ticks are due, in milliseconds of `performance.now()`. Ticks are counted from 1. */
export class Times {
  /**
   * @param first when the first tick is due
   * @param period milliseconds between two; {@link Infinity} where there is one only
   * @param total how many there are
   */
  constructor(
    private readonly first: number,
    private readonly period: number,
    readonly total: number,
  ) {}

  /** When tick `count` is due; {@link Infinity} behind the last. */
  due(count: number): number {
    if (count > this.total) return Infinity
    return count === 1 ? this.first : this.first + (count - 1) * this.period
  }

  /** How many ticks are due at `now`. Agrees with {@link due} to the last bit: a tick that is due is counted. */
  passed(now: number): number {
    if (now < this.first) return 0
    let count = Math.min(Math.floor((now - this.first) / this.period) + 1, this.total)
    while (this.due(count + 1) <= now) count++
    while (count > 0 && this.due(count) > now) count--
    return count
  }
}
