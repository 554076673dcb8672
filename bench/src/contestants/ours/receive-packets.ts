import { number } from '../common/arguments.js'
import { Loss } from '../common/loss.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { wrong } from '../common/report.js'
import { bind } from './ends.js'
import { HEADER } from './frame.js'

const size = number('size', 64)
const format = messageFormat(size)
const loss = new Loss()
const meter = new Meter()
const stream = await bind()

function take(bytes: Uint8Array, offset: number, length: number): void {
  if (length !== HEADER + size) wrong('length', length, HEADER + size)
  const at = offset + HEADER
  format.check(bytes, at, size, loss.arrived(bytes, at))
}

for (;;) {
  const frames = stream.readBatch(take)
  if (frames > 0) meter.add(frames, loss.take())
  else await stream.readable()
}
