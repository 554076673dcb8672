import { number } from './arguments.js'
import { wrong } from './report.js'

const patternByte = (i: number): number => (i * 31 + (i >> 8)) & 255

/** What large messages hold, but for their sequence number in the first four bytes (little-endian). */
export function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let i = 0; i < size; i++) bytes[i] = patternByte(i)
  return bytes
}

/** A signed integer: numbers wrap, and so small integers stay small integers to the compiler. */
export function number32(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)
}

/** Checks a small message as MessageWriter writes them: its number always, all of it on a sample. */
export function checkMessage(bytes: Uint8Array, offset: number, length: number, sequence: number): void {
  const got = number32(bytes, offset)
  if (got !== sequence) wrong('sequence', got, sequence)
  if ((sequence & 4095) !== 0) return
  for (let i = 1; 4 * i < length; i++) {
    const word = number32(bytes, offset + 4 * i)
    if (word !== ((sequence + i) | 0)) wrong('payload word', word, sequence + i)
  }
}

/** Checks messages of one size in a stream of bytes, however it is cut: the number of each, all of every `--sample`th. */
export class StreamCheck {
  private readonly sample = number('sample', 64)
  private readonly expected: Buffer
  private position = 0

  constructor(private readonly size: number) {
    this.expected = pattern(size)
  }

  /** @returns how many messages ended in the chunk */
  chunk(bytes: Uint8Array): number {
    const first = Math.floor(this.position / this.size)
    for (let i = 0; i < bytes.length; ) {
      const offset = this.position % this.size
      const part = Math.min(this.size - offset, bytes.length - i)
      this.part(bytes, i, offset, part, Math.floor(this.position / this.size))
      this.position += part
      i += part
    }
    return Math.floor(this.position / this.size) - first
  }

  private part(bytes: Uint8Array, at: number, offset: number, length: number, sequence: number): void {
    let i = 0
    for (; i < length && offset + i < 4; i++) {
      const expected = (sequence >>> (8 * (offset + i))) & 255
      if (bytes[at + i] !== expected) wrong('sequence byte', bytes[at + i]!, expected)
    }
    if (sequence % this.sample !== 0) return
    if (this.expected.compare(bytes, at + i, at + length, offset + i, offset + length) !== 0) {
      wrong('payload of message', sequence, sequence)
    }
  }
}
