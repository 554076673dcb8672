import { number } from '../common/arguments.js'
import { Meter } from '../common/meter.js'
import { wrong } from '../common/report.js'
import { acceptOne, unframed } from './ends.js'
import { checkMessage } from './message.js'

const size = number('size', 64)
const meter = new Meter()
const stream = await acceptOne()
let sequence = 0

function one(bytes: Uint8Array, offset: number, length: number): void {
  if (length !== size) wrong('length', length, size)
  checkMessage(bytes, offset, length, sequence)
  sequence = (sequence + 1) | 0
}

/** Whole messages of what is at hand; the rest comes again with more behind it. */
function whole(): number {
  const lease = stream.tryRead()
  if (lease === null) return 0
  const { length } = lease
  let at = 0
  for (; length - at >= size; at += size) one(lease, at, size)
  stream.release(at)
  return at / size
}

const read = unframed ? whole : () => stream.readBatch(one)

while (!stream.ended) {
  const messages = read()
  if (messages > 0) meter.add(messages)
  else await stream.readable()
}
