// MessagePort: this thread receives what a worker posts, a message each.
import { Worker } from 'node:worker_threads'
import { number } from '../common/arguments.js'
import { ACKNOWLEDGED } from '../common/credit.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { wrong } from '../common/report.js'

const size = number('size', 64)
const format = messageFormat(size)
const meter = new Meter()
const worker = new Worker(new URL('send.js', import.meta.url), { argv: process.argv.slice(2) })
let received = 0

worker.on('message', (message: Uint8Array) => {
  if (message.length !== size) wrong('length', message.length, size)
  format.check(message, 0, size, received | 0)
  received++
  if (received % ACKNOWLEDGED === 0) worker.postMessage(null)
  meter.add(1)
})
