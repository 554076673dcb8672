import { Pull } from 'zeromq'
import { announce, number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { wrong } from '../common/report.js'
import { endpoint } from './endpoint.js'

const size = number('size', 64)
const format = messageFormat(size)
const meter = new Meter()
const socket = new Pull()
await socket.bind(endpoint())
announce(socket.lastEndpoint ?? '')

let sequence = 0
for await (const [message] of socket) {
  if (message!.length !== size) wrong('length', message!.length, size)
  format.check(message!, 0, size, sequence)
  sequence = (sequence + 1) | 0
  meter.add(1)
}
