import { Selector } from '@camio/core'
import { number, text } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { connect } from './ends.js'
import { FRAMES } from './framing.js'
import { MessageMaker } from './maker.js'

/** Messages before it is the next stream's turn. */
const BURST = 64

const size = number('size', 64)
const wait = text('wait', 'park')
const format = messageFormat(size)
const streams = number('streams', 1)
/** Of so many streams; the others are only there. */
const busy = number('busy', streams)
const selector = new Selector()
const lanes = []
for (let i = 0; i < streams; i++) {
  const stream = await connect(FRAMES)
  if (i >= busy) continue
  selector.add(stream, 'write')
  lanes.push({ stream, make: new MessageMaker(format).make })
}

for (;;) {
  let messages = 0
  for (const { stream, make } of lanes) messages += stream.writeBatch(make, size, BURST)
  if (messages === 0) await selector.wait({ wait })
}
