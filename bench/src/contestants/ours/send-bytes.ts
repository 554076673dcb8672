import { number } from '../common/arguments.js'
import { pattern } from '../common/payload.js'
import { connect } from './ends.js'
import { BYTES } from './framing.js'

const message = pattern(number('size', 65536))
const stream = await connect(BYTES)

for (let sequence = 0; ; sequence++) {
  message.writeUInt32LE(sequence >>> 0)
  // Resolves when the transport has taken it; large writes leave from this memory.
  await stream.write(message)
}
