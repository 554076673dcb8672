import { number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { connect } from './ends.js'
import { FRAMES } from './framing.js'

const size = number('size', 64)
const format = messageFormat(size)
const stream = await connect(FRAMES)

// As send-messages, but with a claim and a commit each.
for (let sequence = 0; ; ) {
  const at = stream.tryClaimAt(size)
  if (at < 0) {
    await stream.writable()
    continue
  }
  format.write(stream.claimBytes, at, sequence)
  stream.commit()
  sequence = (sequence + 1) | 0
}
