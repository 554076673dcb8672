import { Push } from 'zeromq'
import { number, text } from '../common/arguments.js'
import { pattern } from '../common/payload.js'

const size = number('size', 64)
/** The default where messages are small, less where a thousand of them would be 64 MiB. */
const queued = size > 1024 ? 200 : 1000
/** zeromq keeps large messages until they have left: more than can be queued, so that none is written over. */
const messages = Array.from({ length: queued * 2.5 }, () => pattern(size))
const socket = new Push({ sendHighWaterMark: queued })
socket.connect(text('at', ''))

for (let sequence = 0; ; sequence++) {
  const message = messages[sequence % messages.length]!
  message.writeUInt32LE(sequence >>> 0)
  await socket.send(message)
}
