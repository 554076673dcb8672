import { number } from '../common/arguments.js'
import { Meter } from '../common/meter.js'
import { StreamCheck } from '../common/payload.js'
import { acceptOne } from './ends.js'
import { BYTES } from './framing.js'

const meter = new Meter()
const check = new StreamCheck(number('size', 65536))
const stream = await acceptOne(BYTES)

while (!stream.ended) {
  const lease = stream.tryRead()
  if (lease === null) {
    await stream.readable()
    continue
  }
  const messages = check.chunk(lease)
  stream.release()
  meter.add(messages)
}
