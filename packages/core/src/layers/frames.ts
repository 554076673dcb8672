/**
 * How messages are marked on a byte stream (`frame=`). A codec is stateless: it finds the next frame in contiguous bytes and
 * writes a header or a trailer around a message; the views keep all state.
 */
import { CamioError } from '../error.js'
import { Prefix, readU32, writeU32 } from './prefix.js'

export interface FrameCodec {
  readonly name: string
  /** Bytes before and after each message. */
  readonly header: number
  readonly trailer: number
  /** Which of the known prefixes this is, so that views find and seal its frames without a call. */
  readonly prefix: number
  /** The largest message that the mark can express. */
  readonly maxMessage: number
  /**
   * Finds the frame at `start` in `bytes[start, end)`.
   * @param searched how many of these bytes were looked at before without success: a scanner need not look again
   * @returns the message's length, or -1 when the frame is not complete yet
   */
  find(bytes: Uint8Array, start: number, end: number, searched: number): number
  /** The message length that an incomplete frame announces, or -1 while it is unknown. */
  announced(bytes: Uint8Array, start: number, end: number): number
  /** Writes header and trailer around the message at `offset` (the header lies before it, the trailer behind). */
  seal(bytes: Uint8Array, offset: number, length: number): void
  /** May a message of these bytes be sent? @returns why not, or `null`. `null` instead of it: any message may */
  readonly refuses: ((bytes: Uint8Array, offset: number, length: number) => string | null) | null
  /** Is a rest without its mark at the end of the stream a message (the last line), or a cut-off frame? */
  readonly restIsMessage: boolean
}

/** Length in 4 bytes, most significant first ("network order", RFC 1700), then the message. */
const u32: FrameCodec = {
  name: 'u32',
  header: 4,
  trailer: 0,
  prefix: Prefix.U32,
  maxMessage: 0xffff_ffff,
  restIsMessage: false,
  find(bytes, start, end) {
    if (end - start < 4) return -1
    const length = readU32(bytes, start) >>> 0
    return length <= end - start - 4 ? length : -1
  },
  announced(bytes, start, end) {
    return end - start < 4 ? -1 : readU32(bytes, start) >>> 0
  },
  seal(bytes, offset, length) {
    writeU32(bytes, offset - 4, length)
  },
  refuses: null,
}

const NEWLINE = 10
/** Below this a plain loop is faster than a view and a call into the engine. */
const SHORT = 96

function indexOfByte(bytes: Uint8Array, byte: number, from: number, to: number): number {
  const near = Math.min(to, from + SHORT)
  for (let i = from; i < near; i++) if (bytes[i] === byte) return i
  if (near === to) return -1
  const at = bytes.subarray(near, to).indexOf(byte)
  return at < 0 ? -1 : near + at
}

/** Text lines: the message, then a line feed. A message must not contain one. */
const line: FrameCodec = {
  name: 'line',
  header: 0,
  trailer: 1,
  prefix: Prefix.NONE,
  maxMessage: Infinity,
  restIsMessage: true,
  find(bytes, start, end, searched) {
    const at = indexOfByte(bytes, NEWLINE, start + searched, end)
    return at < 0 ? -1 : at - start
  },
  announced: () => -1,
  seal(bytes, offset, length) {
    bytes[offset + length] = NEWLINE
  },
  refuses(bytes, offset, length) {
    const at = indexOfByte(bytes, NEWLINE, offset, offset + length)
    return at < 0 ? null : 'a message for frame=line contains a line feed'
  },
}

const CODECS: Readonly<Record<string, FrameCodec>> = { u32, line }

export function frameNames(): ['u32', 'line'] {
  return ['u32', 'line']
}

export function frameCodec(name: string): FrameCodec {
  const codec = Object.hasOwn(CODECS, name) ? CODECS[name] : undefined
  if (!codec) throw new CamioError('ERR_CAMIO_BAD_OPTION', `frame=${name}: use one of ${frameNames().join(', ')}`)
  return codec
}
