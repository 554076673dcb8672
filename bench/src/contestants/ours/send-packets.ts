import { number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { SenderMeter } from '../common/sender-meter.js'
import { connect } from './ends.js'
import { FrameMaker, HEADER } from './frame.js'

/** Frames between two looks at the clock. */
const BATCH = 1024

const size = number('size', 64)
const { make } = new FrameMaker(messageFormat(size))
const meter = new SenderMeter()
const stream = await connect()

for (;;) {
  const frames = stream.writeBatch(make, HEADER + size, BATCH)
  if (frames > 0) meter.add(frames)
  else await stream.writable()
}
