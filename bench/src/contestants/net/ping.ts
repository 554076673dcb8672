import { number } from '../common/arguments.js'
import { number32, pattern } from '../common/payload.js'
import { Rounds } from '../common/rounds.js'
import { connect } from './connect.js'

const size = number('size', 64)
const message = pattern(size)
const rounds = new Rounds()
const socket = connect({ noDelay: true })
let missing = size

function send(): void {
  message.writeUInt32LE(rounds.start())
  socket.write(message)
}

socket.once('connect', send)
socket.on('data', (chunk) => {
  missing -= chunk.length
  if (missing > 0) return
  missing = size
  rounds.finish(number32(chunk, chunk.length - size))
  send()
})
