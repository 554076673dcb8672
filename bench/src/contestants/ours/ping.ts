import { flag, number } from '../common/arguments.js'
import { number32, pattern } from '../common/payload.js'
import { Rounds } from '../common/rounds.js'
import { connect } from './ends.js'
import { BYTES, FRAMES } from './framing.js'

const size = number('size', 64)
const message = pattern(size)
const rounds = new Rounds()
const stream = await connect(flag('messages') ? FRAMES : BYTES)

function send(): void {
  message.writeUInt32LE(rounds.start())
  stream.tryWrite(message)
  stream.tryFlush()
}

send()
while (!stream.ended) {
  const lease = stream.tryRead()
  if (lease === null) {
    await stream.readable()
  } else if (lease.length < size) {
    stream.release(0)
  } else {
    const sequence = number32(lease, 0)
    stream.release(size)
    rounds.finish(sequence)
    send()
  }
}
