/** Messages behind an Ethernet header, as limits/frame.h has them. */
import type { MessageFormat } from '../common/message.js'
import { Memory } from '../common/words.js'

/** To everybody, from nobody in particular, of a type for local experiments; two bytes more, so that the message is aligned. */
const BYTES = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 0, 0)

export const HEADER = BYTES.length

const WORDS = new Int32Array(BYTES.buffer)

/** Makes frames in the room of batches. */
export class FrameMaker {
  private readonly memory = new Memory()
  private sequence = 0
  readonly make = (bytes: Uint8Array, offset: number): void => {
    this.writeHeader(bytes, offset)
    this.format.write(bytes, offset + HEADER, this.sequence)
    this.sequence = (this.sequence + 1) | 0
  }

  constructor(private readonly format: MessageFormat) {}

  /** Word by word: for so few bytes that is faster than `set`. */
  private writeHeader(bytes: Uint8Array, offset: number): void {
    const at = this.memory.place(bytes, offset)
    if (at < 0) {
      bytes.set(BYTES, offset)
      return
    }
    const { words } = this.memory
    words[at] = WORDS[0]!
    words[at + 1] = WORDS[1]!
    words[at + 2] = WORDS[2]!
    words[at + 3] = WORDS[3]!
  }
}
