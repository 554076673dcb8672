import { number } from '../common/arguments.js'
import { Loss } from '../common/loss.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { wrong } from '../common/report.js'
import { bind } from './ends.js'

const size = number('size', 64)
const format = messageFormat(size)
const loss = new Loss()
const meter = new Meter()
const stream = await bind()

function take(bytes: Uint8Array, offset: number, length: number): void {
  if (length !== size) wrong('length', length, size)
  format.check(bytes, offset, length, loss.arrived(bytes, offset))
}

for (;;) {
  const messages = stream.readBatch(take)
  if (messages > 0) meter.add(messages, loss.take())
  else await stream.readable()
}
