import { number } from '../common/arguments.js'
import { Meter } from '../common/meter.js'
import { checkMessage } from '../common/payload.js'
import { wrong } from '../common/report.js'
import { acceptOne, FRAMES } from './ends.js'

const size = number('size', 64)
const meter = new Meter()
const stream = await acceptOne(FRAMES)
let sequence = 0

function take(bytes: Uint8Array, offset: number, length: number): void {
  if (length !== size) wrong('length', length, size)
  checkMessage(bytes, offset, length, sequence)
  sequence = (sequence + 1) | 0
}

while (!stream.ended) {
  const messages = stream.readBatch(take)
  if (messages > 0) meter.add(messages)
  else await stream.readable()
}
