import type { MessageFormat } from '../common/message.js'

/** Makes one stream's messages in the room of batches. */
export class MessageMaker {
  private sequence = 0
  readonly make = (bytes: Uint8Array, offset: number): void => {
    this.format.write(bytes, offset, this.sequence)
    this.sequence = (this.sequence + 1) | 0
  }

  constructor(private readonly format: MessageFormat) {}
}
