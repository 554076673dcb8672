import { number } from '../common/arguments.js'
import { LARGE, messageFormat } from '../common/message.js'
import { pattern } from '../common/payload.js'
import { connect } from './ends.js'
import { FRAMES } from './framing.js'

const size = number('size', 64)
const format = messageFormat(size)
const message = pattern(size)
const stream = await connect(FRAMES)

// Made in memory of the program's own, which `tryWrite` copies.
for (let sequence = 0; ; ) {
  if (size > LARGE) message.writeInt32LE(sequence)
  else format.write(message, 0, sequence)
  if (stream.tryWrite(message)) sequence = (sequence + 1) | 0
  else await stream.writable()
}
