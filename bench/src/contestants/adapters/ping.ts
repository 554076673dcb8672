import { number } from '../common/arguments.js'
import { pattern } from '../common/payload.js'
import { Rounds } from '../common/rounds.js'
import { connect } from './ends.js'

const size = number('size', 64)
const rounds = new Rounds()
const node = await connect()
const message = pattern(size)
let received = 0

function ping(): void {
  message.writeUInt32LE(rounds.start())
  node.write(message)
}

node.on('data', (chunk: Buffer) => {
  received += chunk.length
  if (received < size) return
  received = 0
  rounds.finish(chunk.readUInt32LE(chunk.length - size))
  ping()
})
ping()
