import { number } from './arguments.js'
import { report } from './report.js'

/** Counts messages: nothing for `--warm` ms after the first one, then for `--time` ms; then reports and ends the process. */
export class Meter {
  private readonly warm = number('warm', 300)
  private readonly time = number('time', 1000)
  private begin = -1
  private start = -1
  private messages = 0

  add(messages: number): void {
    const now = performance.now()
    if (this.begin < 0) this.begin = now
    if (this.start < 0) {
      if (now - this.begin >= this.warm) this.start = now
      return
    }
    this.messages += messages
    if (now - this.start < this.time) return
    report({ messages: this.messages, seconds: (now - this.start) / 1000 })
  }
}
