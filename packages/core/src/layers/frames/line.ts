import { Prefix } from '../prefix.js'
import type { FrameCodec } from './codec.js'
import { indexOfByte } from './scan.js'

const NEWLINE = 10

/** Text lines: the message, then a line feed. A message must not contain one. */
export const line: FrameCodec = {
  name: 'line',
  header: 0,
  trailer: 1,
  prefix: Prefix.NONE,
  maxMessage: Infinity,
  room: null,
  find(bytes, start, end, searched) {
    const at = indexOfByte(bytes, NEWLINE, start + searched, end)
    return at < 0 ? -1 : at - start
  },
  announced: () => -1,
  wrong: null,
  seal(bytes, _start, offset, length) {
    bytes[offset + length] = NEWLINE
    return offset + length + 1
  },
  moves: null,
  refuses(bytes, offset, length) {
    const at = indexOfByte(bytes, NEWLINE, offset, offset + length)
    return at < 0 ? null : 'a message for frame=line contains a line feed'
  },
  restIsMessage: true,
}
