import { number32 } from './payload.js'
import { wrong } from './report.js'

/** Follows the numbers of a transport that loses messages but keeps their order. */
export class Loss {
  /** Messages that were missing since the last look. */
  private missing = 0
  private expected = -1

  /** @returns the message's number */
  arrived(bytes: Uint8Array, offset: number): number {
    const sequence = number32(bytes, offset)
    // What was lost before the first one came says nothing.
    const missing = this.expected === -1 ? 0 : (sequence - this.expected) | 0
    if (missing < 0) wrong('sequence', sequence, this.expected)
    this.missing += missing
    this.expected = (sequence + 1) | 0
    return sequence
  }

  take(): number {
    const { missing } = this
    this.missing = 0
    return missing
  }
}
