import { pattern } from './payload.js'

/**
 * Writes messages in place, word by word where they are aligned, as a program does that has fields to write. The body is the
 * same in every message, but it is written in every message.
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
    if ((at | this.size) & 3) this.writeBytes(room, offset, sequence)
    else this.writeWords(at >> 2, sequence)
  }

  private moveTo(room: Uint8Array): void {
    this.room = room
    if (room.buffer !== this.target.buffer) this.target = new Int32Array(room.buffer, 0, room.buffer.byteLength >> 2)
  }

  private writeWords(at: number, sequence: number): void {
    const { target, words } = this
    target[at] = sequence
    for (let i = 1; i < words.length; i++) target[at + i] = words[i]!
  }

  private writeBytes(room: Uint8Array, offset: number, sequence: number): void {
    room.set(this.body, offset)
    for (let i = 0; i < 4; i++) room[offset + i] = (sequence >>> (8 * i)) & 255
  }
}
