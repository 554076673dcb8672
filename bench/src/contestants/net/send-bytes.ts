import { connect } from 'node:net'
import { number } from '../common/arguments.js'
import { pattern } from '../common/payload.js'

/** Room for more than one message before `write` says stop: faster than the default, and buffers enough for it. */
const IN_FLIGHT = 8

const size = number('size', 65536)
const messages = Array.from({ length: IN_FLIGHT + 2 }, () => pattern(size))
let sequence = 0

function next(): Buffer {
  const message = messages[sequence % messages.length]!
  message.writeUInt32LE(sequence >>> 0)
  sequence++
  return message
}

const socket = connect({ host: '127.0.0.1', port: number('at', 0), highWaterMark: IN_FLIGHT * size } as never)

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
