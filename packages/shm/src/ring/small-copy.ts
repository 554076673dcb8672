/**
 * Copies messages into a ring. `set()` asks much before it copies: for a small message a loop over int32s takes a third of its time. It
 * needs the source as int32s, which is worth making for an array that comes again, as that of a program which fills one and writes it.
 */
import type { Outgoing } from './outgoing.js'

/** Bytes of the largest message that is copied here. */
const SMALL = 256
/** Bytes of the largest buffer that is kept from being collected for that. */
const LARGEST_BUFFER = 64 * 1024

const NOTHING = new Int32Array(0)

export class SmallCopy {
  /** The source that is known as int32s, and the one that came last. */
  private source: Uint8Array | null = null
  private words: Int32Array = NOTHING
  private last: Uint8Array | null = null

  into(target: Outgoing, offset: number, source: Uint8Array): void {
    if (source === this.source && source.length === this.words.length << 2) this.copyWords(target.words, offset >> 2)
    else this.meet(target, offset, source)
  }

  private copyWords(to: Int32Array, start: number): void {
    const from = this.words
    const { length } = from
    let read = 0
    let write = start
    for (; read < length - 3; read += 4, write += 4) {
      to[write] = from[read]!
      to[write + 1] = from[read + 1]!
      to[write + 2] = from[read + 2]!
      to[write + 3] = from[read + 3]!
    }
    for (; read < length; read++, write++) to[write] = from[read]!
  }

  private meet(target: Outgoing, offset: number, source: Uint8Array): void {
    target.bytes.set(source, offset)
    const again = source === this.last
    this.last = source.length > SMALL ? null : source
    if (!again) return
    const { length, byteOffset, buffer } = source
    // Multiples of 4 only; the ring's offsets are of 8.
    if (((length | byteOffset) & 3) !== 0 || buffer.byteLength > LARGEST_BUFFER) return
    this.source = source
    this.words = new Int32Array(buffer, byteOffset, length >> 2)
  }
}
