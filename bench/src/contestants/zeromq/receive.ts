import { Pull } from 'zeromq'
import { announce, number } from '../common/arguments.js'
import { Meter } from '../common/meter.js'
import { checkMessage } from '../common/payload.js'
import { wrong } from '../common/report.js'

const size = number('size', 64)
const meter = new Meter()
const socket = new Pull()
await socket.bind('tcp://127.0.0.1:*')
announce(socket.lastEndpoint ?? '')

let sequence = 0
for await (const [message] of socket) {
  if (message!.length !== size) wrong('length', message!.length, size)
  checkMessage(message!, 0, size, sequence)
  sequence = (sequence + 1) | 0
  meter.add(1)
}
