import { Push } from 'zeromq'
import { number, text } from '../common/arguments.js'
import { LARGE, messageFormat } from '../common/message.js'
import { pattern } from '../common/payload.js'

/** Bytes in the queue: 200 messages of 64 KiB. */
const QUEUED_BYTES = 200 * 64 * 1024

const size = number('size', 64)
/** zeromq's default where messages are small, less where a thousand of them would be many bytes. */
const queued = Math.min(1000, Math.max(4, QUEUED_BYTES / size))
/** zeromq keeps large messages until they have left: more than can be queued, so that none is written over. */
const messages = Array.from({ length: Math.ceil(queued * 2.5) }, () => pattern(size))
const socket = new Push({ sendHighWaterMark: Math.floor(queued) })
socket.connect(text('at', ''))

const format = messageFormat(size)

for (let sequence = 0; ; sequence++) {
  const message = messages[sequence % messages.length]!
  if (size > LARGE) message.writeUInt32LE(sequence >>> 0)
  else format.write(message, 0, sequence | 0)
  await socket.send(message)
}
