import { number } from '../common/arguments.js'
import { MessageWriter } from '../common/words.js'
import { connect } from './connect.js'

const BATCH = 64 * 1024

/** As many messages as fit into 64 KiB, each behind its length, numbered from 0. */
function build(size: number): Buffer {
  const count = Math.floor(BATCH / (4 + size))
  const message = new MessageWriter(size)
  const batch = Buffer.alloc(count * (4 + size))
  for (let i = 0; i < count; i++) {
    const at = i * (4 + size)
    batch.writeUInt32LE(size, at)
    message.write(batch, at + 4, i)
  }
  return batch
}

const batch = build(number('size', 64))
const socket = connect()

function send(): void {
  while (socket.write(batch));
  socket.once('drain', send)
}

socket.once('connect', send)
