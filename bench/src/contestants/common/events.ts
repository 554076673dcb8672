import { number } from './arguments.js'
import { report } from './report.js'

/** Counts events: `--warm` that are free, then the CPU time that `--events` cost this process. */
export class Events {
  private readonly warm = number('warm', 1000)
  private readonly events = number('events', 10_000)
  private seen = 0
  private start = process.cpuUsage()

  add(): void {
    this.seen++
    if (this.seen === this.warm) this.start = process.cpuUsage()
    if (this.seen < this.warm + this.events) return
    const { user, system } = process.cpuUsage(this.start)
    report({ micros: (user + system) / this.events })
  }
}
