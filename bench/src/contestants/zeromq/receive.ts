import { Pull } from 'zeromq'
import { announce, number } from '../common/arguments.js'
import { Meter } from '../common/meter.js'
import { checkMessage, StreamCheck } from '../common/payload.js'
import { wrong } from '../common/report.js'
import { LARGE } from './large.js'

const size = number('size', 64)
const check = new StreamCheck(size)
const meter = new Meter()
const socket = new Pull()
await socket.bind('tcp://127.0.0.1:*')
announce(socket.lastEndpoint ?? '')

let sequence = 0
for await (const [message] of socket) {
  if (message!.length !== size) wrong('length', message!.length, size)
  if (size > LARGE) check.chunk(message!)
  else checkMessage(message!, 0, size, sequence)
  sequence = (sequence + 1) | 0
  meter.add(1)
}
