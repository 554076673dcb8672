import { pattern } from './payload.js'

/** Bytes of a message that is written word by word. */
const UNROLLED = 64

/**
 * Writes messages in place: the number, and the same body in every one of them. Messages of 64 B are written word by word,
 * without a loop, as a program does that has fields to write; it takes 10 ns, a loop or `set` several times that.
 */
export class MessageWriter {
  private readonly body: Buffer
  private readonly words: Int32Array
  private room: Uint8Array = new Uint8Array(0)
  private target: Int32Array = new Int32Array(0)

  constructor(private readonly size: number) {
    this.body = pattern(size)
    this.words = new Int32Array(this.body.buffer.slice(this.body.byteOffset, this.body.byteOffset + (size & ~3)))
  }

  write(room: Uint8Array, offset: number, sequence: number): void {
    if (room !== this.room) this.moveTo(room)
    const at = room.byteOffset + offset
    if (this.size !== UNROLLED || (at & 3) !== 0) this.writeBytes(room, offset, sequence)
    else this.writeWords(at >> 2, sequence)
  }

  private moveTo(room: Uint8Array): void {
    this.room = room
    if (room.buffer !== this.target.buffer) this.target = new Int32Array(room.buffer, 0, room.buffer.byteLength >> 2)
  }

  private writeWords(at: number, sequence: number): void {
    const { target, words } = this
    target[at] = sequence
    target[at + 1] = words[1]!
    target[at + 2] = words[2]!
    target[at + 3] = words[3]!
    target[at + 4] = words[4]!
    target[at + 5] = words[5]!
    target[at + 6] = words[6]!
    target[at + 7] = words[7]!
    target[at + 8] = words[8]!
    target[at + 9] = words[9]!
    target[at + 10] = words[10]!
    target[at + 11] = words[11]!
    target[at + 12] = words[12]!
    target[at + 13] = words[13]!
    target[at + 14] = words[14]!
    target[at + 15] = words[15]!
  }

  private writeBytes(room: Uint8Array, offset: number, sequence: number): void {
    room.set(this.body, offset)
    for (let i = 0; i < 4; i++) room[offset + i] = (sequence >>> (8 * i)) & 255
  }
}
