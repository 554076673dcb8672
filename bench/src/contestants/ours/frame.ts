/** Messages behind an Ethernet header, as limits/frame.h has them. */
import type { MessageFormat } from '../common/message.js'

/** To everybody, from nobody in particular, of a type for local experiments; two bytes more, so that the message is aligned. */
const BYTES = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 0, 0)

export const HEADER = BYTES.length

/** Makes frames in the room of batches. */
export class FrameMaker {
  private sequence = 0
  readonly make = (bytes: Uint8Array, offset: number): void => {
    // For so few bytes a loop is faster than `set`.
    for (let i = 0; i < HEADER; i++) bytes[offset + i] = BYTES[i]!
    this.format.write(bytes, offset + HEADER, this.sequence)
    this.sequence = (this.sequence + 1) | 0
  }

  constructor(private readonly format: MessageFormat) {}
}
