/** Requests on the wire: an array of bulk strings, written straight into a claim. */

export type Argument = string | number | bigint | Uint8Array
/** A command and its arguments. */
export type Request = readonly Argument[]

const CR = 13
const LF = 10
const ZERO = 48
const STAR = 42
const DOLLAR = 36
/** A string up to this is written by a loop, if it is ASCII; the bound on longer ones is their true length. */
const SHORT = 64
/** Bytes up to here, a command's name for instance, are copied sooner by a loop than by `set`. */
const TINY = 8
/** `$`, ten digits, two times CR LF. */
const AROUND = 15

const encoder = new TextEncoder()

/** Bytes that `writeRequest` needs at most. */
export function requestBound(request: Request): number {
  let bound = AROUND
  for (let i = 0; i < request.length; i++) bound += AROUND + argumentBound(request[i]!)
  return bound
}

function argumentBound(argument: Argument): number {
  if (typeof argument === 'object') return argument.length
  if (typeof argument === 'number') return 24
  const text = String(argument)
  return text.length <= SHORT ? 3 * text.length : Buffer.byteLength(text)
}

/** @returns where it ends in `into`, which has room for `requestBound` bytes from `at` on */
export function writeRequest(request: Request, into: Uint8Array, at: number): number {
  at = writeCount(STAR, request.length, into, at)
  for (let i = 0; i < request.length; i++) at = writeArgument(request[i]!, into, at)
  return at
}

function writeArgument(argument: Argument, into: Uint8Array, at: number): number {
  if (typeof argument === 'object') {
    const start = writeCount(DOLLAR, argument.length, into, at)
    if (argument.length <= TINY) for (let i = 0; i < argument.length; i++) into[start + i] = argument[i]!
    else into.set(argument, start)
    return writeEnd(into, start + argument.length)
  }
  const text = typeof argument === 'string' ? argument : String(argument)
  const next = text.length <= SHORT ? writeShort(text, into, at) : 0
  return next > 0 ? next : writeText(text, into, at)
}

/** @returns 0 if it is not ASCII: what was written then is written over */
function writeShort(text: string, into: Uint8Array, at: number): number {
  const start = writeCount(DOLLAR, text.length, into, at)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 127) return 0
    into[start + i] = unit
  }
  return writeEnd(into, start + text.length)
}

function writeText(text: string, into: Uint8Array, at: number): number {
  const length = Buffer.byteLength(text)
  const start = writeCount(DOLLAR, length, into, at)
  encoder.encodeInto(text, into.subarray(start, start + length))
  return writeEnd(into, start + length)
}

/** `*3\r\n`, `$5\r\n` */
function writeCount(kind: number, count: number, into: Uint8Array, at: number): number {
  into[at++] = kind
  if (count < 10) {
    into[at] = ZERO + count
    return writeEnd(into, at + 1)
  }
  let digits = 1
  for (let rest = count; rest >= 10; rest = Math.floor(rest / 10)) digits++
  let rest = count
  for (let i = at + digits - 1; i >= at; i--) {
    into[i] = ZERO + (rest % 10)
    rest = Math.floor(rest / 10)
  }
  return writeEnd(into, at + digits)
}

function writeEnd(into: Uint8Array, at: number): number {
  into[at] = CR
  into[at + 1] = LF
  return at + 2
}

/**
 * The request in pieces, for one that is larger than any claim: bytes of an argument beyond 64 KiB are a piece of their own, not
 * copied, so they must not change before they have left.
 */
export function requestPieces(request: Request): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let small: Buffer[] = [Buffer.from(`*${request.length}\r\n`)]
  for (const argument of request) {
    const bytes = typeof argument === 'object' ? argument : Buffer.from(String(argument))
    small.push(Buffer.from(`$${bytes.length}\r\n`))
    if (bytes.length > LARGE) {
      pieces.push(Buffer.concat(small), bytes)
      small = []
    } else small.push(Buffer.from(bytes))
    small.push(Buffer.from('\r\n'))
  }
  pieces.push(Buffer.concat(small))
  return pieces
}

const LARGE = 64 * 1024
