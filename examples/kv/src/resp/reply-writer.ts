/**
 * Replies, encoded straight into memory that somebody else provides: a claim of the client's stream, as a rule. RESP2 or RESP3, as
 * the client asked for (https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md).
 */
import { CR, DOLLAR, LF, MINUS, toBytes, ZERO } from './ascii.js'
import { copyTo } from './request.js'

/** A head of a reply is never longer: a mark, 20 digits, the end of the line. */
const HEAD = 32
/** Values from here on are not copied in one piece: see {@link ReplyWriter.large}. */
export const LARGE = 16 * 1024

const ARRAY = 42
const SET_OF_PUSH = 62
const MAP = 37
const INTEGER = 58
const ERROR = 45
const STATUS = 43

export const OK = toBytes('+OK\r\n')
const NULL2 = toBytes('$-1\r\n')
const NULL3 = toBytes('_\r\n')

export abstract class ReplyWriter {
  protected bytes: Uint8Array = NULL2
  protected at = 0
  protected end = 0
  version: 2 | 3 = 2

  /** Sees to it that `bytes[at, at + length)` is room; `length` is at most {@link LARGE} and a head. Must not throw. */
  protected abstract makeRoom(length: number): void

  /** Takes over `value`, which nobody will change, without needing room for all of it at once. */
  protected abstract large(value: Uint8Array): void

  /** A whole encoded reply. */
  raw(reply: Uint8Array): void {
    const { length } = reply
    if (this.end - this.at < length) this.makeRoom(length)
    copyTo(this.bytes, this.at, reply, 0, length)
    this.at += length
  }

  status(text: string): void {
    this.line(STATUS, text)
  }

  /** @param text begins with the error's code: `ERR syntax error` */
  error(text: string): void {
    // Nothing that a client sent may end the line.
    this.line(ERROR, text.replace(/[\r\n]/g, ' '))
  }

  integer(value: number | bigint): void {
    if (typeof value === 'bigint') this.line(INTEGER, String(value))
    else this.head(INTEGER, value)
  }

  null(): void {
    this.raw(this.version === 3 ? NULL3 : NULL2)
  }

  array(count: number): void {
    this.head(ARRAY, count)
  }

  /** `pairs` keys, each followed by its value; a flat array in RESP2. */
  map(pairs: number): void {
    if (this.version === 3) this.head(MAP, pairs)
    else this.head(ARRAY, pairs * 2)
  }

  /** What the client did not ask for now. */
  push(count: number): void {
    this.head(this.version === 3 ? SET_OF_PUSH : ARRAY, count)
  }

  bulk(value: Uint8Array): void {
    this.part(value, 0, value.length)
  }

  /** `value[start, start + length)`, from memory that may change when the command is done. */
  part(value: Uint8Array, start: number, length: number): void {
    if (length > LARGE) {
      this.head(DOLLAR, length)
      this.large(value.subarray(start, start + length))
      this.lineEnd()
      return
    }
    if (this.end - this.at < length + HEAD) this.makeRoom(length + HEAD)
    this.writeHead(DOLLAR, length)
    copyTo(this.bytes, this.at, value, start, length)
    this.at += length
    this.bytes[this.at++] = CR
    this.bytes[this.at++] = LF
  }

  text(text: string): void {
    this.bulk(toBytes(text))
  }

  private line(mark: number, text: string): void {
    const bytes = toBytes(text.length > LARGE ? text.slice(0, LARGE) : text)
    if (this.end - this.at < bytes.length + HEAD) this.makeRoom(bytes.length + HEAD)
    this.bytes[this.at++] = mark
    copyTo(this.bytes, this.at, bytes, 0, bytes.length)
    this.at += bytes.length
    this.lineEnd()
  }

  private lineEnd(): void {
    if (this.end - this.at < 2) this.makeRoom(2)
    this.bytes[this.at++] = CR
    this.bytes[this.at++] = LF
  }

  private head(mark: number, value: number): void {
    if (this.end - this.at < HEAD) this.makeRoom(HEAD)
    this.writeHead(mark, value)
  }

  /** `value` is a safe integer. */
  private writeHead(mark: number, value: number): void {
    const { bytes } = this
    let { at } = this
    bytes[at++] = mark
    if (value < 0) {
      bytes[at++] = MINUS
      value = -value
    }
    let length = 1
    for (let limit = 10; value >= limit; limit *= 10) length++
    for (let i = at + length - 1; i > at; i--) {
      const rest = value <= 0x7fffffff ? (value / 10) | 0 : Math.floor(value / 10)
      bytes[i] = ZERO + value - rest * 10
      value = rest
    }
    bytes[at] = ZERO + value
    at += length
    bytes[at++] = CR
    bytes[at++] = LF
    this.at = at
  }
}
