import { Push } from 'zeromq'
import { number, text } from '../common/arguments.js'
import { pattern } from '../common/payload.js'
import { MessageWriter } from '../common/writer.js'
import { LARGE } from './large.js'

const size = number('size', 64)
/** The default where messages are small, less where a thousand of them would be 64 MiB. */
const queued = size > LARGE ? 200 : 1000
/** zeromq keeps large messages until they have left: more than can be queued, so that none is written over. */
const messages = Array.from({ length: queued * 2.5 }, () => pattern(size))
const socket = new Push({ sendHighWaterMark: queued })
socket.connect(text('at', ''))

const writer = new MessageWriter(size)

for (let sequence = 0; ; sequence++) {
  const message = messages[sequence % messages.length]!
  if (size > LARGE) message.writeUInt32LE(sequence >>> 0)
  else writer.write(message, 0, sequence | 0)
  await socket.send(message)
}
