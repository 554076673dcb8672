import { number } from './arguments.js'
import { cpuSeconds } from './cpu.js'

/** What was counted in a span, and the CPU time that it took. */
export interface Counted extends Record<string, number> {
  readonly messages: number
  /** What a lossy transport dropped meanwhile. */
  readonly lost: number
  readonly seconds: number
  readonly cpu: number
}

/** Counts messages: nothing for `--warm` ms after the first one, then for `--time` ms, or a part of that. */
export class Span {
  private readonly warm = number('warm', 300)
  private readonly time: number
  private begin = -1
  private start = -1
  private startCpu = 0
  private messages = 0
  private lost = 0

  constructor(part = 1) {
    this.time = number('time', 1000) * part
  }

  /** @returns what was counted, when the span is over */
  add(messages: number, lost: number): Counted | null {
    const now = performance.now()
    if (this.begin < 0) this.begin = now
    if (this.start < 0) {
      if (now - this.begin >= this.warm) this.startAt(now)
      return null
    }
    this.messages += messages
    this.lost += lost
    return now - this.start < this.time ? null : this.countedAt(now)
  }

  private startAt(now: number): void {
    this.start = now
    this.startCpu = cpuSeconds()
  }

  private countedAt(now: number): Counted {
    const { messages, lost } = this
    return { messages, lost, seconds: (now - this.start) / 1000, cpu: cpuSeconds() - this.startCpu }
  }
}
