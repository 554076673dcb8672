import { Prefix } from '../prefix.js'
import type { FrameCodec } from './codec.js'

/**
 * No marks: what is at hand is a message, wherever its writer's messages began and ended. For programs that work on messages and
 * talk to something that knows no frames; a message of no bytes leaves nothing on the wire.
 * @param most bytes that a message has at most: more at hand are several
 */
export function unmarked(most: number): FrameCodec {
  return {
    name: 'none',
    header: 0,
    trailer: 0,
    prefix: Prefix.NONE,
    maxMessage: Infinity,
    room: null,
    find: (_bytes, start, end) => (end > start ? Math.min(end - start, most) : -1),
    announced: () => -1,
    wrong: null,
    seal: (_bytes, _start, offset, length) => offset + length,
    moves: null,
    refuses: null,
    restIsMessage: true,
  }
}
