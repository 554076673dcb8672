/**
 * Consistent overhead byte stuffing (Cheshire and Baker, IEEE/ACM Transactions on Networking 7(2), 1999): a frame has no zero byte
 * in it and ends with one, so that a reader that starts in the middle finds the next frame. A message grows by a byte, and by one
 * more every 254 bytes.
 *
 *     message: 11 22 00 33        frame: 03 11 22 02 33 00
 *
 * Each code byte says where the next one is; there the message has a zero byte, unless the code is 255.
 */
import { Prefix } from '../prefix.js'
import type { FrameCodec } from './codec.js'
import { indexOfByte } from './scan.js'

/** Bytes of a run without a zero, with its code byte. */
const FULL = 255

/** How many bytes a message of `length` may grow by, its end mark not counted. */
export function cobsGrowth(length: number): number {
  return Math.max(1, Math.ceil(length / (FULL - 1)))
}

/** What is written at `to` never overtakes what is read: the message lies as far behind as it may grow. */
function encode(bytes: Uint8Array, to: number, offset: number, length: number): number {
  let code = to
  let run = 1
  let write = to + 1
  for (let read = offset; read < offset + length; read++) {
    const byte = bytes[read]!
    if (run === FULL) {
      bytes[code] = FULL
      code = write++
      run = 1
    }
    if (byte === 0) {
      bytes[code] = run
      code = write++
      run = 1
    } else {
      bytes[write++] = byte
      run++
    }
  }
  bytes[code] = run
  return write
}

/**
 * Decodes `bytes[from, end)` to the beginning of `target`, which has as much room.
 * @returns the message's length, or -1 where a code byte points behind the frame, or there is none
 */
export function cobsDecode(bytes: Uint8Array, from: number, end: number, target: Uint8Array): number {
  if (from === end) return -1
  let read = from
  let write = 0
  while (read < end) {
    const code = bytes[read++]!
    const next = read + code - 1
    if (next > end) return -1
    while (read < next) target[write++] = bytes[read++]!
    if (code < FULL && read < end) target[write++] = 0
  }
  return write
}

export const cobs: FrameCodec = {
  name: 'cobs',
  header: 0,
  trailer: 1,
  prefix: Prefix.NONE,
  maxMessage: Infinity,
  room: cobsGrowth,
  find(bytes, start, end, searched) {
    const at = indexOfByte(bytes, 0, start + searched, end)
    return at < 0 ? -1 : at - start
  },
  announced: () => -1,
  wrong: null,
  seal(bytes, start, offset, length) {
    const end = encode(bytes, start, offset, length)
    bytes[end] = 0
    return end + 1
  },
  // A byte of room: only the zeros in it are replaced, where they are.
  moves: (room) => room > 1,
  refuses: null,
  restIsMessage: false,
}
