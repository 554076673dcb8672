import type { Stream } from '@camio/core'
import { number } from '../common/arguments.js'
import { type MessageFormat, messageFormat } from '../common/message.js'
import { number32 } from '../common/payload.js'

/** Some seconds. */
const LOOKS = 200_000_000

/** Sends and receives one message at a time, and looks for it again and again: both without a promise. */
export class Spinning {
  private readonly size = number('size', 64)
  private readonly format: MessageFormat = messageFormat(this.size)
  private received = 0
  private readonly take = (bytes: Uint8Array, offset: number, length: number): void => {
    this.received = number32(bytes, offset)
    this.format.check(bytes, offset, length, this.received)
  }

  constructor(private readonly stream: Stream) {}

  send(sequence: number): void {
    const { stream } = this
    const at = stream.tryClaimAt(this.size)
    this.format.write(stream.claimBytes, at, sequence)
    stream.commit()
    stream.tryFlush()
  }

  /** @returns the message's number */
  receive(): number {
    for (let looks = 1; this.stream.readBatch(this.take, 1) === 0; looks++) {
      if (looks === LOOKS) throw new Error('nothing came, and nobody may be there any more')
    }
    return this.received
  }
}
