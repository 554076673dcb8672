import { number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { SenderMeter } from '../common/sender-meter.js'
import { connect } from './ends.js'
import { MessageMaker } from './maker.js'

/** Messages between two looks at the clock. */
const BATCH = 1024

const size = number('size', 64)
const { make } = new MessageMaker(messageFormat(size))
const meter = new SenderMeter()
const stream = await connect()

for (;;) {
  const messages = stream.writeBatch(make, size, BATCH)
  if (messages > 0) meter.add(messages)
  else await stream.writable()
}
