import { number } from './arguments.js'
import { report, wrong } from './report.js'

/** Times round trips one by one: `--warm` that do not count, then `--rounds`; reports the median. */
export class Rounds {
  private readonly warm = number('warm', 500)
  private readonly times = new Float64Array(number('rounds', 5000))
  private index = 0
  private started = 0

  /** Call right before a message leaves; put the answer into it. */
  start(): number {
    this.started = performance.now()
    return this.index
  }

  /** Call with the number found in the answer. */
  finish(sequence: number): void {
    const elapsed = performance.now() - this.started
    if (sequence !== this.index) wrong('sequence', sequence, this.index)
    if (this.index >= this.warm) this.times[this.index - this.warm] = elapsed
    if (++this.index < this.warm + this.times.length) return
    this.times.sort()
    report({ micros: this.times[this.times.length >> 1]! * 1000 })
  }
}
