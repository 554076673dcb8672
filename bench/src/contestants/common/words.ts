import { number32 } from './payload.js'
import { wrong } from './report.js'

/** Bytes of a message that is written, and summed up, word by word. */
const UNROLLED = 64

/** Int32 words of the memory that messages lie in; looked up again only when that changes. */
export class Memory {
  words: Int32Array = new Int32Array(0)
  /** The same memory, for words that are not aligned. */
  view = new DataView(this.words.buffer)
  private room: Uint8Array = new Uint8Array(0)
  /** Where the room begins: asking it each time costs 5 ns. */
  start = 0

  /** @returns the place of `room[offset]` in `words`, -1 if no word begins there */
  place(room: Uint8Array, offset: number): number {
    if (room !== this.room) this.moveTo(room)
    const at = this.start + offset
    return (at & 3) === 0 ? at >> 2 : -1
  }

  private moveTo(room: Uint8Array): void {
    this.room = room
    this.start = room.byteOffset
    if (room.buffer === this.words.buffer) return
    this.words = new Int32Array(room.buffer, 0, room.buffer.byteLength >> 2)
    this.view = new DataView(room.buffer)
  }
}

/**
 * Writes small messages in place: word i of message n is n + i, so that no two are alike. Those of 64 B are written without a
 * loop, as a program does that has fields to write: it takes less than 10 ns, a loop several times that.
 */
export class MessageWriter {
  private readonly memory = new Memory()

  constructor(private readonly size: number) {}

  write(room: Uint8Array, offset: number, sequence: number): void {
    const at = this.size === UNROLLED ? this.memory.place(room, offset) : -1
    if (at >= 0) this.writeWords(at, sequence)
    else this.writeBytes(room, offset, sequence)
  }

  private writeWords(at: number, sequence: number): void {
    const { words } = this.memory
    words[at] = sequence
    words[at + 1] = sequence + 1
    words[at + 2] = sequence + 2
    words[at + 3] = sequence + 3
    words[at + 4] = sequence + 4
    words[at + 5] = sequence + 5
    words[at + 6] = sequence + 6
    words[at + 7] = sequence + 7
    words[at + 8] = sequence + 8
    words[at + 9] = sequence + 9
    words[at + 10] = sequence + 10
    words[at + 11] = sequence + 11
    words[at + 12] = sequence + 12
    words[at + 13] = sequence + 13
    words[at + 14] = sequence + 14
    words[at + 15] = sequence + 15
  }

  private writeBytes(room: Uint8Array, offset: number, sequence: number): void {
    const view = new DataView(room.buffer, room.byteOffset + offset, this.size)
    for (let i = 0; i + 4 <= this.size; i += 4) view.setInt32(i, sequence + (i >> 2), true)
  }
}

/** Reads every word of every message that MessageWriter wrote, as a program does that has fields to read: their sum must be right. */
export class MessageSummer {
  private readonly memory = new Memory()

  check(bytes: Uint8Array, offset: number, length: number, sequence: number): void {
    const { memory } = this
    const place = memory.place(bytes, offset)
    const got = number32(bytes, offset)
    if (got !== sequence) wrong('sequence', got, sequence)
    const sum =
      length === UNROLLED && place >= 0
        ? this.sum(memory.words, place)
        : sumOfView(memory.view, memory.start + offset, length)
    const count = length >> 2
    const expected = (Math.imul(sequence, count) + (count * (count - 1)) / 2) | 0
    if (sum !== expected) wrong('sum of words', sum, expected)
  }

  /** In four chains, each of which wraps: what C makes of its loop by itself. */
  private sum(w: Int32Array, at: number): number {
    const a = (((w[at]! + w[at + 4]!) | 0) + ((w[at + 8]! + w[at + 12]!) | 0)) | 0
    const b = (((w[at + 1]! + w[at + 5]!) | 0) + ((w[at + 9]! + w[at + 13]!) | 0)) | 0
    const c = (((w[at + 2]! + w[at + 6]!) | 0) + ((w[at + 10]! + w[at + 14]!) | 0)) | 0
    const d = (((w[at + 3]! + w[at + 7]!) | 0) + ((w[at + 11]! + w[at + 15]!) | 0)) | 0
    return (((a + b) | 0) + ((c + d) | 0)) | 0
  }
}

/** Words that are not aligned in memory, or of another number. */
function sumOfView(view: DataView, start: number, length: number): number {
  let sum = 0
  for (let at = start; at + 4 <= start + length; at += 4) sum = (sum + view.getInt32(at, true)) | 0
  return sum
}
