import { Worker } from 'node:worker_threads'
import { number } from '../common/arguments.js'
import { number32, pattern } from '../common/payload.js'
import { Rounds } from '../common/rounds.js'

const message = pattern(number('size', 64))
const rounds = new Rounds()
const worker = new Worker(new URL('echo.js', import.meta.url))

function send(): void {
  message.writeUInt32LE(rounds.start())
  worker.postMessage(message)
}

worker.on('message', (answer: Uint8Array) => {
  rounds.finish(number32(answer, 0))
  send()
})
worker.once('online', send)
