import { flag, number } from './arguments.js'
import { checkMessage, number32, pattern } from './payload.js'
import { wrong } from './report.js'
import { MessageSummer, MessageWriter } from './words.js'

/** Messages above this size are copied from a pattern, and only their number is written anew. */
export const LARGE = 64

/** How a message of the case's size is made and looked at. */
export interface MessageFormat {
  /** Writes message `sequence` to `room[offset, offset + size)`. */
  write(room: Uint8Array, offset: number, sequence: number): void
  /** @throws if this is not message `sequence` */
  check(bytes: Uint8Array, offset: number, length: number, sequence: number): void
}

/**
 * Word by word up to 64 B: the receiver looks at the number, at everything on a sample, with `--sum` at every word of every message.
 * Above that a pattern behind the number, of which the receiver compares every `--sample`th message.
 */
export function messageFormat(size: number): MessageFormat {
  if (size > LARGE) return new PatternMessage(size)
  const writer = new MessageWriter(size)
  const check: MessageFormat['check'] = flag('sum') ? sums() : checkMessage
  return { write: (room, offset, sequence) => writer.write(room, offset, sequence), check }
}

function sums(): MessageFormat['check'] {
  const summer = new MessageSummer()
  return (bytes, offset, length, sequence) => summer.check(bytes, offset, length, sequence)
}

class PatternMessage implements MessageFormat {
  private readonly sample = number('sample', 64)
  private readonly expected: Buffer

  constructor(size: number) {
    this.expected = pattern(size)
  }

  write(room: Uint8Array, offset: number, sequence: number): void {
    room.set(this.expected, offset)
    room[offset] = sequence
    room[offset + 1] = sequence >> 8
    room[offset + 2] = sequence >> 16
    room[offset + 3] = sequence >> 24
  }

  check(bytes: Uint8Array, offset: number, length: number, sequence: number): void {
    const got = number32(bytes, offset)
    if (got !== sequence) wrong('sequence', got, sequence)
    if (sequence % this.sample !== 0) return
    if (this.expected.compare(bytes, offset + 4, offset + length, 4, length) !== 0) {
      wrong('payload of message', sequence, sequence)
    }
  }
}
