import { tell } from './report.js'
import { Span } from './span.js'

/** Of the receiver's span: a sender has reported when the receiver ends, and its messages meet nobody any more. */
const PART = 0.8

/** Counts what a sender sends; reports once what that took, and lets the sender go on. */
export class SenderMeter {
  private span: Span | null = new Span(PART)

  add(messages: number): void {
    const counted = this.span?.add(messages, 0) ?? null
    if (counted === null) return
    this.span = null
    tell(counted)
  }
}
