import { number } from './arguments.js'
import { cpuSeconds } from './cpu.js'
import { report } from './report.js'

/**
 * Counts messages, and those that a lossy transport dropped: nothing for `--warm` ms after the first one, then for `--time` ms; then
 * reports, with the CPU time of the counted span, and ends the process.
 */
export class Meter {
  private readonly warm = number('warm', 300)
  private readonly time = number('time', 1000)
  private begin = -1
  private start = -1
  private startCpu = 0
  private messages = 0
  private lost = 0

  add(messages: number, lost = 0): void {
    const now = performance.now()
    if (this.begin < 0) this.begin = now
    if (this.start < 0) {
      if (now - this.begin >= this.warm) this.startAt(now)
      return
    }
    this.messages += messages
    this.lost += lost
    if (now - this.start < this.time) return
    const { messages: all, lost: dropped } = this
    report({ messages: all, lost: dropped, seconds: (now - this.start) / 1000, cpu: cpuSeconds() - this.startCpu })
  }

  private startAt(now: number): void {
    this.start = now
    this.startCpu = cpuSeconds()
  }
}
