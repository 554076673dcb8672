import { Pair } from 'zeromq'
import { number, text } from '../common/arguments.js'
import { number32, pattern } from '../common/payload.js'
import { Rounds } from '../common/rounds.js'

const message = pattern(number('size', 64))
const rounds = new Rounds()
const socket = new Pair()
socket.connect(text('at', ''))

for (;;) {
  message.writeUInt32LE(rounds.start())
  await socket.send(message)
  const [answer] = await socket.receive()
  rounds.finish(number32(answer!, 0))
}
