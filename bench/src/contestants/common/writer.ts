/** Bytes of a message that is written word by word. */
const UNROLLED = 64

/**
 * Writes small messages in place: word i of message n is n + i, so that no two are alike. Those of 64 B are written without a
 * loop, as a program does that has fields to write: it takes less than 10 ns, a loop several times that.
 */
export class MessageWriter {
  private room: Uint8Array = new Uint8Array(0)
  private target: Int32Array = new Int32Array(0)
  /** Where `room` begins in `target`'s memory. Asking an array for that can cost more than writing the message. */
  private base = 0

  constructor(private readonly size: number) {}

  write(room: Uint8Array, offset: number, sequence: number): void {
    if (room !== this.room) this.moveTo(room)
    const at = this.base + offset
    if (this.size === UNROLLED && (at & 3) === 0) this.writeWords(at >> 2, sequence)
    else this.writeBytes(room, offset, sequence)
  }

  private moveTo(room: Uint8Array): void {
    this.room = room
    this.base = room.byteOffset
    if (room.buffer !== this.target.buffer) this.target = new Int32Array(room.buffer, 0, room.buffer.byteLength >> 2)
  }

  private writeWords(at: number, sequence: number): void {
    const { target } = this
    target[at] = sequence
    target[at + 1] = sequence + 1
    target[at + 2] = sequence + 2
    target[at + 3] = sequence + 3
    target[at + 4] = sequence + 4
    target[at + 5] = sequence + 5
    target[at + 6] = sequence + 6
    target[at + 7] = sequence + 7
    target[at + 8] = sequence + 8
    target[at + 9] = sequence + 9
    target[at + 10] = sequence + 10
    target[at + 11] = sequence + 11
    target[at + 12] = sequence + 12
    target[at + 13] = sequence + 13
    target[at + 14] = sequence + 14
    target[at + 15] = sequence + 15
  }

  private writeBytes(room: Uint8Array, offset: number, sequence: number): void {
    const view = new DataView(room.buffer, room.byteOffset + offset, this.size)
    for (let i = 0; i + 4 <= this.size; i += 4) view.setInt32(i, sequence + (i >> 2), true)
  }
}
