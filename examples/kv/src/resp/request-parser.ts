/**
 * Requests out of a stream of bytes, in place: an array of bulk strings, or an inline command
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/). The parser keeps nothing between calls, so that one serves all
 * clients; a request that is too large to wait for in one lease is collected by {@link Assembly}.
 */
import { CR, DOLLAR, LF, MINUS, STAR, toText, ZERO } from './ascii.js'
import { splitWords } from './inline.js'
import { Request } from './request.js'

/** More bytes are needed. */
export const INCOMPLETE = -1
/** What came is no request: `problem` says why, and nothing behind it can be understood. */
export const BROKEN = -2

/** The longest line: an inline command, or a length. As in Redis. */
const LONGEST_LINE = 64 * 1024

export interface RequestLimits {
  /** Arguments. */
  readonly arguments: number
  /** Bytes of one argument. */
  readonly bulk: number
  /** Bytes of all arguments together. */
  readonly request: number
  /** How an error calls what is over `arguments` and `bulk`. */
  readonly adjective: 'invalid' | 'unauthenticated'
}

/** Of a client that has not said who it is: enough for AUTH and HELLO, as in Redis. */
export function strangerLimits(limits: RequestLimits): RequestLimits {
  return { ...limits, arguments: 10, bulk: 16_384, adjective: 'unauthenticated' }
}

export class RequestParser {
  readonly request = new Request()
  problem = ''
  /** After {@link INCOMPLETE}: how many arguments the request has (0: not known yet), and where the first missing one begins. */
  expected = 0
  at = 0
  /** Bytes of all arguments so far. */
  total = 0
  /** Set by {@link line}: where the next line begins. */
  private next = 0

  /** @returns where the next request begins, {@link INCOMPLETE} or {@link BROKEN} */
  parse(bytes: Uint8Array, from: number, end: number, limits: RequestLimits): number {
    const { request } = this
    request.clear()
    this.expected = 0
    this.total = 0
    this.at = from
    if (from >= end) return INCOMPLETE
    if (bytes[from] !== STAR) return this.inline(bytes, from, end)
    const expected = this.number(bytes, from + 1, end)
    if (Number.isNaN(expected))
      return this.next === INCOMPLETE
        ? this.unlessLong(from, end, 'mbulk count string')
        : this.broken('invalid multibulk length')
    if (expected > limits.arguments) return this.broken(`${limits.adjective} multibulk length`)
    let at = this.next
    if (expected <= 0) return at
    this.expected = expected
    while (request.count < expected) {
      this.at = at
      const length = this.bulkHeader(bytes, at, end, limits)
      if (length < 0) return length
      const start = this.next
      at = start + length + 2
      if (at > end) return INCOMPLETE
      if (bytes[at - 2] !== CR || bytes[at - 1] !== LF) return this.broken('expected CRLF behind an argument')
      request.push(bytes, start, length)
    }
    return at
  }

  /** Where the data begins behind the header that was read last. */
  get dataStart(): number {
    return this.next
  }

  /** The length in `$LENGTH\r\n`. @returns it, {@link INCOMPLETE} or {@link BROKEN} */
  bulkHeader(bytes: Uint8Array, at: number, end: number, limits: RequestLimits): number {
    if (at >= end) return INCOMPLETE
    if (bytes[at] !== DOLLAR) return this.broken(`expected '$', got '${printable(bytes[at]!)}'`)
    const length = this.number(bytes, at + 1, end)
    if (Number.isNaN(length)) {
      return this.next === INCOMPLETE
        ? this.unlessLong(at, end, 'bulk count string')
        : this.broken('invalid bulk length')
    }
    if (length < 0) return this.broken('invalid bulk length')
    if (length > limits.bulk) return this.broken(`${limits.adjective} bulk length`)
    this.total += length
    if (this.total > limits.request) return this.broken(`request is over the limit of ${limits.request} bytes`)
    return length
  }

  broken(problem: string): number {
    this.problem = problem
    return BROKEN
  }

  /** A decimal number and the end of its line. @returns NaN with `next` {@link INCOMPLETE} or {@link BROKEN} where there is none */
  private number(bytes: Uint8Array, from: number, end: number): number {
    let at = from
    let value = 0
    const negative = bytes[at] === MINUS && at < end
    if (negative) at++
    const first = at
    while (at < end) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
      at++
    }
    // Ten digits are more than any limit; a zero stands alone.
    const count = at - first
    if (count > 10 || (count > 1 && bytes[first] === ZERO)) return this.noNumber(BROKEN)
    if (at >= end) return this.noNumber(INCOMPLETE)
    if (count === 0 || bytes[at] !== CR) return this.noNumber(BROKEN)
    if (at + 1 >= end) return this.noNumber(INCOMPLETE)
    if (bytes[at + 1] !== LF) return this.noNumber(BROKEN)
    this.next = at + 2
    return negative ? -value : value
  }

  private noNumber(why: number): number {
    this.next = why
    return Number.NaN
  }

  private unlessLong(from: number, end: number, what: string): number {
    return end - from > LONGEST_LINE ? this.broken(`too big ${what}`) : INCOMPLETE
  }

  private inline(bytes: Uint8Array, from: number, end: number): number {
    const lf = bytes.indexOf(LF, from)
    if (lf < 0 || lf >= end) return this.unlessLong(from, end, 'inline request')
    if (lf - from > LONGEST_LINE) return this.broken('too big inline request')
    const stop = lf > from && bytes[lf - 1] === CR ? lf - 1 : lf
    const words = splitWords(bytes.subarray(from, stop))
    if (words === null) return this.broken('unbalanced quotes in request')
    for (const word of words) this.request.push(word, 0, word.length)
    return lf + 1
  }
}

function printable(byte: number): string {
  return byte >= 32 && byte < 127 ? toText(Uint8Array.of(byte)) : `\\x${byte.toString(16).padStart(2, '0')}`
}
