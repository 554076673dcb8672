import { number } from './arguments.js'
import { report, wrong } from './report.js'

/**
 * Times round trips: `--warm` that do not count, then `--rounds`; reports the median. `--together N` times N of them at once, where one
 * takes not much longer than a look at the clock.
 */
export class Rounds {
  private readonly together = number('together', 1)
  private readonly warm = Math.ceil(number('warm', 500) / this.together)
  private readonly times = new Float64Array(Math.ceil(number('rounds', 5000) / this.together))
  private index = 0
  private left = 0
  private done = 0
  private started = 0

  /** Call right before a message leaves; put the answer into it. */
  start(): number {
    if (this.left === 0) {
      this.left = this.together
      this.started = performance.now()
    }
    return this.index
  }

  /** Call with the number found in the answer. */
  finish(sequence: number): void {
    if (sequence !== this.index) wrong('sequence', sequence, this.index)
    this.index++
    if (--this.left > 0) return
    const elapsed = (performance.now() - this.started) / this.together
    if (this.done >= this.warm) this.times[this.done - this.warm] = elapsed
    if (++this.done < this.warm + this.times.length) return
    this.times.sort()
    report({ micros: this.times[this.times.length >> 1]! * 1000 })
  }
}
