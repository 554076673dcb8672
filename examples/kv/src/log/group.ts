/**
 * Records that are written, and made durable, together:
 *
 *     length (u32, little endian) | CRC-32 of the records (u32) | CRC-32 of these eight bytes (u32) | records
 *
 * A record is a RESP array, as a request is: one parser reads both. Either all of a group is there, or its end is torn. The head
 * has a sum of its own: a length that is damaged must not be taken for a group whose end is not there.
 */
import { crc32 } from 'node:zlib'
import { toBytes } from '../resp/ascii.js'
import { LARGE, ReplyWriter } from '../resp/reply-writer.js'
import type { Entry } from '../store/entry.js'

export const GROUP_HEAD = 12
const FIRST = 64 * 1024

/** What can happen to the store: the result, never how it came about, so that a record may be read twice without harm. */
export const Word = {
  /** key, value, when it expires in milliseconds since 1970 (0: never) */
  SET: toBytes('SET'),
  /** key, bytes */
  APPEND: toBytes('APPEND'),
  /** key, when */
  EXPIRE: toBytes('EXPIRE'),
  /** key */
  DEL: toBytes('DEL'),
  FLUSH: toBytes('FLUSH'),
} as const

/** What the head's own sum must be. */
export function headSum(head: Uint8Array): number {
  return crc32(head.subarray(0, 8))
}

export class Group extends ReplyWriter {
  /** What is full, in order; the current memory comes behind it. */
  private readonly pieces: Uint8Array[] = []
  /** Bytes in `pieces`. */
  private before = 0

  constructor() {
    super()
    this.bytes = new Uint8Array(FIRST)
    this.at = GROUP_HEAD
    this.end = FIRST
  }

  /** Bytes of it in the file. */
  get length(): number {
    return this.before + this.at
  }

  get empty(): boolean {
    return this.length === GROUP_HEAD
  }

  set(entry: Entry): void {
    this.array(4)
    this.bulk(Word.SET)
    this.bulk(entry.key)
    this.bulk(entry.value)
    this.text(String(entry.expires))
  }

  append(entry: Entry, bytes: Uint8Array): void {
    this.array(3)
    this.bulk(Word.APPEND)
    this.bulk(entry.key)
    // They lie in a lease, and a large value is kept as it is.
    this.bulk(bytes.length > LARGE ? bytes.slice() : bytes)
  }

  expire(entry: Entry): void {
    this.array(3)
    this.bulk(Word.EXPIRE)
    this.bulk(entry.key)
    this.text(String(entry.expires))
  }

  delete(entry: Entry): void {
    this.array(2)
    this.bulk(Word.DEL)
    this.bulk(entry.key)
  }

  flush(): void {
    this.array(1)
    this.bulk(Word.FLUSH)
  }

  protected makeRoom(length: number): void {
    this.closePiece()
    this.bytes = new Uint8Array(Math.max(length, FIRST))
    this.end = this.bytes.length
  }

  protected large(value: Uint8Array): void {
    this.closePiece()
    this.pieces.push(value)
    this.before += value.length
  }

  private closePiece(): void {
    if (this.at > 0) this.pieces.push(this.bytes.subarray(0, this.at))
    this.before += this.at
    this.at = 0
    this.end = 0
  }

  /** Its bytes, complete with the head. Nothing can be added from now on. */
  close(): readonly Uint8Array[] {
    this.closePiece()
    const [first, ...others] = this.pieces as [Uint8Array, ...Uint8Array[]]
    let sum = crc32(first.subarray(GROUP_HEAD))
    for (const piece of others) sum = crc32(piece, sum)
    const head = new DataView(first.buffer, first.byteOffset, GROUP_HEAD)
    head.setUint32(0, this.before - GROUP_HEAD, true)
    head.setUint32(4, sum, true)
    head.setUint32(8, headSum(first), true)
    return this.pieces
  }
}
