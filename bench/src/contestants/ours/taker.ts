import type { MessageFormat } from '../common/message.js'
import { wrong } from '../common/report.js'

/** Takes one stream's messages out of batches, and checks that each is the next one. */
export class MessageTaker {
  private sequence = 0
  readonly take = (bytes: Uint8Array, offset: number, length: number): void => {
    if (length !== this.size) wrong('length', length, this.size)
    this.format.check(bytes, offset, length, this.sequence)
    this.sequence = (this.sequence + 1) | 0
  }

  constructor(
    private readonly size: number,
    private readonly format: MessageFormat,
  ) {}
}
