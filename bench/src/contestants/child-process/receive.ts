// The channel between a process and its child: this one receives what the child sends, a message each.
import { number } from '../common/arguments.js'
import { ACKNOWLEDGED } from '../common/credit.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { wrong } from '../common/report.js'
import { start } from './start.js'

const size = number('size', 64)
const format = messageFormat(size)
const meter = new Meter()
const child = start('send.js')
let received = 0

child.on('message', (message: Uint8Array) => {
  if (message.length !== size) wrong('length', message.length, size)
  format.check(message, 0, size, received | 0)
  received++
  if (received % ACKNOWLEDGED === 0) child.send(0)
  meter.add(1)
})
