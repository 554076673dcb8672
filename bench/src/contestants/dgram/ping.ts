import { number } from '../common/arguments.js'
import { number32, pattern } from '../common/payload.js'
import { Rounds } from '../common/rounds.js'
import { connected } from './sockets.js'

const message = pattern(number('size', 64))
const rounds = new Rounds()
const socket = await connected()

function send(): void {
  message.writeUInt32LE(rounds.start())
  socket.send(message)
}

socket.on('message', (answer) => {
  rounds.finish(number32(answer, 0))
  send()
})
send()
