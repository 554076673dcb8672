import { flag, number } from '../common/arguments.js'
import { pattern } from '../common/payload.js'
import { connect } from './connect.js'

const IN_FLIGHT = 8
/** Bytes: `highWaterMark` is 16 or 64 KiB, by the version of Node. */
const HELD_BACK = 128 * 1024

const size = number('size', 65536)
/** More than the socket holds back before it says stop: none may be written anew that has not left. */
const messages = Array.from({ length: IN_FLIGHT + 2 + Math.ceil(HELD_BACK / size) }, () => pattern(size))
let sequence = 0

function next(): Buffer {
  const message = messages[sequence % messages.length]!
  message.writeUInt32LE(sequence >>> 0)
  sequence++
  return message
}

// By default `write` says stop after each message of this size; `--ahead` leaves room for several.
const room = flag('ahead') ? { highWaterMark: IN_FLIGHT * size } : {}
const socket = connect(room)

function send(): void {
  for (let i = 0; i < IN_FLIGHT; i++) {
    if (!socket.write(next())) {
      socket.once('drain', send)
      return
    }
  }
  setImmediate(send)
}

socket.once('connect', send)
