import { flag, number } from '../common/arguments.js'
import { MessageWriter } from '../common/words.js'
import { connect } from './connect.js'

/** Messages between two turns of the event loop. */
const BURST = 256

const size = number('size', 64)

/** A connection's messages, a write each. */
class Sender {
  private readonly message = new MessageWriter(size)
  // Nagle's algorithm, which is net's default, joins small writes in the kernel while an acknowledgement is missing.
  private readonly socket = connect({ noDelay: !flag('nagle') })
  private sequence = 0
  private readonly send = (): void => {
    for (let i = 0; i < BURST; i++) {
      if (!this.socket.write(this.frame())) {
        this.socket.once('drain', this.send)
        return
      }
    }
    setImmediate(this.send)
  }

  start(): void {
    this.socket.once('connect', this.send)
  }

  private frame(): Buffer {
    const bytes = Buffer.allocUnsafe(4 + size)
    bytes.writeUInt32LE(size)
    this.message.write(bytes, 4, this.sequence)
    this.sequence = (this.sequence + 1) | 0
    return bytes
  }
}

const streams = number('streams', 1)
/** The first so many send, the others are only there. */
const busy = number('busy', streams)
for (let i = 0; i < streams; i++) {
  const sender = new Sender()
  if (i < busy) sender.start()
}
