import { number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { SenderMeter } from '../common/sender-meter.js'
import { connected } from './sockets.js'

/** Sends under way at a time: `send` takes a callback each, and queues without limit. */
const AHEAD = 64

const size = number('size', 64)
const format = messageFormat(size)
const messages = Array.from({ length: AHEAD }, () => Buffer.alloc(size))
const meter = new SenderMeter()
const socket = await connected()
let sequence = 0
let left = 0

function sent(): void {
  if (--left === 0) send()
}

function send(): void {
  left = AHEAD
  for (const message of messages) {
    format.write(message, 0, sequence)
    sequence = (sequence + 1) | 0
    socket.send(message, sent)
  }
  meter.add(AHEAD)
}

send()
