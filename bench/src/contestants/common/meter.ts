import { report } from './report.js'
import { Span } from './span.js'

/** Counts what a receiver receives; reports when the time is over, and ends the process. */
export class Meter {
  private readonly span = new Span()

  add(messages: number, lost = 0): void {
    const counted = this.span.add(messages, lost)
    if (counted !== null) report(counted)
  }
}
