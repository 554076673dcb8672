import { Selector, type Stream } from '@camio/core'
import { number, text } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { acceptMany } from './ends.js'
import { FRAMES } from './framing.js'
import { MessageTaker } from './taker.js'

const size = number('size', 64)
const wait = text('wait', 'park')
const format = messageFormat(size)
const meter = new Meter()
const selector = new Selector()
const takers = new Map<Stream, MessageTaker['take']>()

for (const stream of await acceptMany(number('streams', 1), FRAMES)) {
  selector.add(stream)
  takers.set(stream, new MessageTaker(size, format).take)
}

for (;;) {
  let messages = 0
  for (const stream of (await selector.wait({ wait })) as readonly Stream[]) {
    messages += stream.readBatch(takers.get(stream)!)
    if (stream.ended) process.exit(1)
  }
  meter.add(messages)
}
