import { connect } from 'node:net'
import { flag, number } from '../common/arguments.js'
import { MessageWriter } from '../common/writer.js'

/** Messages between two turns of the event loop. */
const BURST = 256

const size = number('size', 64)
const message = new MessageWriter(size)
// Nagle's algorithm, which is net's default, joins small writes in the kernel while an acknowledgement is missing.
const socket = connect({ host: '127.0.0.1', port: number('at', 0), noDelay: !flag('nagle') })
let sequence = 0

function frame(): Buffer {
  const bytes = Buffer.allocUnsafe(4 + size)
  bytes.writeUInt32LE(size)
  message.write(bytes, 4, sequence)
  sequence = (sequence + 1) | 0
  return bytes
}

function send(): void {
  for (let i = 0; i < BURST; i++) {
    if (!socket.write(frame())) {
      socket.once('drain', send)
      return
    }
  }
  setImmediate(send)
}

socket.once('connect', send)
