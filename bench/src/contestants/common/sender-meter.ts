import { number } from './arguments.js'
import { cpuSeconds } from './cpu.js'
import { tell } from './report.js'

/** The part of the receiver's span that a sender counts: it has reported when the receiver ends, and its messages meet nobody. */
const PART = 0.8

/** Counts what a sender sent, from `--warm` ms after the first one on; reports once what it took, and lets the sender go on. */
export class SenderMeter {
  private readonly warm = number('warm', 300)
  private readonly time = number('time', 1000) * PART
  private begin = -1
  private start = -1
  private startCpu = 0
  private messages = 0

  add(messages: number): void {
    const now = performance.now()
    if (this.begin < 0) this.begin = now
    if (this.start < 0) {
      if (now - this.begin >= this.warm) this.startAt(now)
      return
    }
    this.messages += messages
    if (now - this.start < this.time) return
    tell({ messages: this.messages, seconds: (now - this.start) / 1000, cpu: cpuSeconds() - this.startCpu })
    this.start = Infinity
  }

  private startAt(now: number): void {
    this.start = now
    this.startCpu = cpuSeconds()
  }
}
