import { number } from '../common/arguments.js'
import { Credit } from '../common/credit.js'
import { messageFormat } from '../common/message.js'

const size = number('size', 64)
const format = messageFormat(size)
const message = new Uint8Array(size)
let sequence = 0

const credit = new Credit(() => {
  format.write(message, 0, sequence)
  // Copied by the call.
  process.send!(message)
  sequence = (sequence + 1) | 0
})

process.on('message', () => credit.acknowledged())
process.on('disconnect', () => process.exit())
credit.start()
