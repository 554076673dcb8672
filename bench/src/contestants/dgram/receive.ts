import { number } from '../common/arguments.js'
import { Loss } from '../common/loss.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { wrong } from '../common/report.js'
import { bound } from './sockets.js'

const size = number('size', 64)
const format = messageFormat(size)
const loss = new Loss()
const meter = new Meter()
const socket = await bound()

socket.on('message', (message) => {
  if (message.length !== size) wrong('length', message.length, size)
  format.check(message, 0, size, loss.arrived(message, 0))
  meter.add(1, loss.take())
})
