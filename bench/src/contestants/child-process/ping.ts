import { number } from '../common/arguments.js'
import { number32, pattern } from '../common/payload.js'
import { Rounds } from '../common/rounds.js'
import { start } from './start.js'

const message = pattern(number('size', 64))
const rounds = new Rounds()
const child = start('echo.js')

function send(): void {
  message.writeUInt32LE(rounds.start())
  child.send(message)
}

child.on('message', (answer: Uint8Array) => {
  rounds.finish(number32(answer, 0))
  send()
})
child.once('spawn', send)
