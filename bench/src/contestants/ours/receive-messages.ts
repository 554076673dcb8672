import { number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { acceptOne } from './ends.js'
import { FRAMES } from './framing.js'
import { MessageTaker } from './taker.js'

const meter = new Meter()
const size = number('size', 64)
const { take } = new MessageTaker(size, messageFormat(size))
const stream = await acceptOne(FRAMES)

while (!stream.ended) {
  const messages = stream.readBatch(take)
  if (messages > 0) meter.add(messages)
  else await stream.readable()
}
