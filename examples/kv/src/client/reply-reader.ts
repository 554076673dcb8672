/**
 * Reads answers where they lie. What a lease ends in the middle of is offered again with what follows; a large string does not
 * wait for that but fills a buffer of its own, piece by piece, so that a lease need never hold all of it.
 *
 * The other end may be anybody: every length is checked, and nothing is allocated because of a number of elements alone.
 */
import { Buffer } from 'node:buffer'
import { CamioError } from '@camio/core'
import { Aggregate, aggregateOf } from './aggregate.js'
import { Form, type Reply, ReplyError } from './reply.js'

/** Who gets what is read. */
export interface ReplySink {
  /** How the answer that begins now is wanted. */
  form(): Form
  reply(value: Reply): void
  errorReply(error: ReplyError): void
  place(bytes: Uint8Array, offset: number, length: number): void
  /** Out of turn (RESP3): bulk strings are buffers. */
  push(items: readonly Reply[]): void
}

export interface ReplyLimits {
  /** Bytes of the largest string that is taken. */
  readonly maxString: number
}

/** Redis's own limit. */
export const DEFAULT_REPLY_LIMITS: ReplyLimits = { maxString: 512 * 1024 * 1024 }

/** A string beyond this that is not at hand as a whole gets a buffer of its own. */
const LARGE = 32 * 1024
/** A line is a number, a status or an error. */
const LONGEST_LINE = 64 * 1024
const DEEPEST = 32
const MORE = -1

const CR = 13
const LF = 10
const PLUS = 43
const MINUS = 45
const ZERO = 48

const code = (character: string): number => character.charCodeAt(0)
const STATUS = code('+')
const ERROR = code('-')
const INTEGER = code(':')
const BULK = code('$')
const NULL = code('_')
const BOOLEAN = code('#')
const DOUBLE = code(',')
const BIG = code('(')
const BULK_ERROR = code('!')
const VERBATIM = code('=')
/** Kinds of which each is one line, besides the usual ones. */
const RARE = new Set([ERROR, NULL, BOOLEAN, DOUBLE, BIG])

export class ReplyReader {
  /** Aggregates that are not complete, the outermost first. */
  private readonly open: Aggregate[] = []
  /** A large string on its way: its kind, and how many bytes of it (CR and LF included) have come. */
  private large: Buffer | null = null
  private largeKind = 0
  private largeBytes = 0
  /** Of the answer that is being read. */
  private form: Form = Form.TEXT
  /** What `readNumber` read. */
  private number = 0
  /** The memory looked at last, as a buffer: leases of one stream mostly lie in the same. */
  private memory: Buffer = Buffer.alloc(0)

  constructor(
    private readonly sink: ReplySink,
    private readonly limits: ReplyLimits = DEFAULT_REPLY_LIMITS,
  ) {}

  /** Is nothing begun that is not complete? */
  get idle(): boolean {
    return this.open.length === 0 && this.large === null
  }

  /**
   * Reads `bytes[at, end)`. @returns up to where: the rest must be offered again, together with what follows it
   * @throws `ERR_CAMIO_CORRUPT`, `ERR_CAMIO_TOO_LARGE`; what the sink throws
   */
  read(bytes: Uint8Array, at: number, end: number): number {
    while (at < end) {
      const next = this.large === null ? this.readNext(bytes, at, end) : this.fill(bytes, at, end)
      if (next === MORE) break
      at = next
    }
    return at
  }

  private readNext(bytes: Uint8Array, at: number, end: number): number {
    if (this.open.length === 0) this.form = this.sink.form()
    const kind = bytes[at]!
    if (kind === BULK) return this.readBulk(bytes, at, end)
    if (kind === STATUS) return this.readStatus(bytes, at, end)
    if (kind === INTEGER) return this.readInteger(bytes, at, end)
    if (kind === BULK_ERROR || kind === VERBATIM) return this.readBulk(bytes, at, end)
    const aggregate = aggregateOf(kind)
    if (aggregate !== null) return this.readAggregate(aggregate, bytes, at, end)
    return this.readRare(kind, bytes, at, end)
  }

  // ------------------------------------------------------------------------------------------------------- strings

  private readBulk(bytes: Uint8Array, at: number, end: number): number {
    const start = this.readNumber(bytes, at + 1, end)
    if (start === MORE) return MORE
    const length = this.number
    if (length < 0) return this.readNil(start)
    if (length > this.limits.maxString) throw this.tooLarge(length)
    const next = start + length + 2
    if (next > end) return length > LARGE ? this.begin(bytes[at]!, length, start) : MORE
    this.checkEnd(bytes, start + length)
    this.string(bytes[at]!, bytes, start, length)
    return next
  }

  /** `$-1` and `*-1`, RESP2's way to say "nothing". */
  private readNil(next: number): number {
    if (this.number !== -1) throw corrupt(`a length of ${this.number}`)
    this.value(null)
    return next
  }

  private begin(kind: number, length: number, start: number): number {
    // CR and LF come along: whether they are there is checked once all is.
    this.large = Buffer.allocUnsafeSlow(length + 2)
    this.largeKind = kind
    this.largeBytes = 0
    return start
  }

  private fill(bytes: Uint8Array, at: number, end: number): number {
    const large = this.large!
    const next = Math.min(end, at + large.length - this.largeBytes)
    large.set(bytes.subarray(at, next), this.largeBytes)
    this.largeBytes += next - at
    if (this.largeBytes === large.length) this.finish(large)
    return next
  }

  private finish(large: Buffer): void {
    const length = large.length - 2
    this.checkEnd(large, length)
    this.large = null
    if (this.largeKind === BULK && this.form !== Form.TEXT && !(this.form === Form.PLACE && this.open.length === 0))
      this.value(large.subarray(0, length))
    else this.string(this.largeKind, large, 0, length)
  }

  private string(kind: number, bytes: Uint8Array, start: number, length: number): void {
    if (kind === BULK_ERROR) this.failure(this.text(bytes, start, length))
    // `=15\r\ntxt:Some string`: what follows the first colon.
    else if (kind === VERBATIM) this.value(this.text(bytes, start, length).slice(4))
    else if (this.form === Form.TEXT) this.value(this.text(bytes, start, length))
    else if (this.form === Form.PLACE && this.open.length === 0) this.sink.place(bytes, start, length)
    else this.value(Buffer.from(bytes.subarray(start, start + length)))
  }

  private text(bytes: Uint8Array, start: number, length: number): string {
    if (length === 0) return ''
    if (bytes.buffer !== this.memory.buffer) this.memory = Buffer.from(bytes.buffer)
    const from = bytes.byteOffset + start
    return this.memory.toString('utf8', from, from + length)
  }

  private checkEnd(bytes: Uint8Array, at: number): void {
    if (bytes[at] !== CR || bytes[at + 1] !== LF) throw corrupt('a string that does not end where it says')
  }

  // --------------------------------------------------------------------------------------------------------- lines

  private readStatus(bytes: Uint8Array, at: number, end: number): number {
    // +OK\r\n is most of them.
    if (at + 5 <= end && bytes[at + 1] === 79 && bytes[at + 2] === 75 && bytes[at + 3] === CR && bytes[at + 4] === LF) {
      this.value('OK')
      return at + 5
    }
    const line = this.lineEnd(bytes, at + 1, end)
    if (line === MORE) return MORE
    this.value(this.text(bytes, at + 1, line - at - 1))
    return line + 2
  }

  private readInteger(bytes: Uint8Array, at: number, end: number): number {
    const next = this.readNumber(bytes, at + 1, end)
    if (next === MORE) return MORE
    const exact = Number.isSafeInteger(this.number)
    this.value(exact ? this.number : BigInt(this.text(bytes, at + 1, next - at - 3).replace('+', '')))
    return next
  }

  private readRare(kind: number, bytes: Uint8Array, at: number, end: number): number {
    if (!RARE.has(kind)) throw corrupt(`a value that begins with byte ${kind}`)
    const line = this.lineEnd(bytes, at + 1, end)
    if (line === MORE) return MORE
    const text = this.text(bytes, at + 1, line - at - 1)
    if (kind === ERROR) this.failure(text)
    else this.value(rareValue(kind, text))
    return line + 2
  }

  /** @returns where the line's CR is */
  private lineEnd(bytes: Uint8Array, at: number, end: number): number {
    const from = at
    for (; at < end; at++) {
      if (bytes[at] !== CR) continue
      if (at + 1 === end) return MORE
      if (bytes[at + 1] !== LF) throw corrupt('a line with CR in it')
      return at
    }
    if (end - from > LONGEST_LINE) throw corrupt(`a line of more than ${LONGEST_LINE} bytes`)
    return MORE
  }

  /** A whole number and CR LF; it is left in `number`. @returns what follows it */
  private readNumber(bytes: Uint8Array, at: number, end: number): number {
    if (at >= end) return MORE
    const sign = bytes[at]!
    const first = sign === MINUS || sign === PLUS ? at + 1 : at
    let value = 0
    let here = first
    for (; here < end; here++) {
      const digit = bytes[here]! - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    // 2^63 has 19 digits.
    if (here - first > 20) throw corrupt('a number of more than 20 digits')
    if (here + 1 >= end && (here === end || bytes[here] === CR)) return MORE
    if (here === first || bytes[here] !== CR || bytes[here + 1] !== LF) throw corrupt('something that is no number')
    this.number = sign === MINUS ? -value : value
    return here + 2
  }

  // ---------------------------------------------------------------------------------------------------- aggregates

  private readAggregate(kind: Aggregate['kind'], bytes: Uint8Array, at: number, end: number): number {
    const next = this.readNumber(bytes, at + 1, end)
    if (next === MORE) return MORE
    if (this.number < 0) return this.readNil(next)
    if (this.number > 0x7fff_ffff) throw corrupt(`${this.number} elements`)
    if (this.open.length === DEEPEST) throw corrupt(`aggregates ${DEEPEST} deep`)
    // What is pushed answers nobody's request: nobody said how it is wanted.
    if (kind === 'push') this.form = Form.BYTES
    const aggregate = new Aggregate(kind, this.number)
    this.open.push(aggregate)
    if (aggregate.left === 0) this.close()
    return next
  }

  /** The innermost aggregate is complete. */
  private close(): void {
    const aggregate = this.open.pop()!
    if (aggregate.kind === 'attribute') return
    if (aggregate.kind !== 'push') this.value(aggregate.build())
    else if (this.open.length === 0) this.sink.push(aggregate.items)
    else throw corrupt('a push inside another value')
  }

  private value(value: Reply): void {
    const within = this.open.at(-1)
    if (within === undefined) this.sink.reply(value)
    else if (within.add(value)) this.close()
  }

  private failure(message: string): void {
    const error = new ReplyError(message)
    if (this.open.length === 0) this.sink.errorReply(error)
    else this.value(error)
  }

  private tooLarge(length: number): CamioError {
    return new CamioError('ERR_CAMIO_TOO_LARGE', `an answer of ${length} bytes; ${this.limits.maxString} are taken`)
  }
}

/** What RESP3 has besides, each in one line. */
function rareValue(kind: number, text: string): Reply {
  if (kind === NULL && text === '') return null
  if (kind === BOOLEAN && (text === 't' || text === 'f')) return text === 't'
  if (kind === DOUBLE && /^(?:[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|inf)|nan)$/.test(text)) return double(text)
  if (kind === BIG && /^[+-]?\d+$/.test(text)) return BigInt(text.replace('+', ''))
  throw corrupt('a line that is no value of its kind')
}

function double(text: string): number {
  return Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'))
}

function corrupt(what: string): CamioError {
  return new CamioError('ERR_CAMIO_CORRUPT', `no answer of the Redis protocol: ${what}`)
}
