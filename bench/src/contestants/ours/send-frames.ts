import { number } from '../common/arguments.js'
import { MessageWriter } from '../common/writer.js'
import { connect, FRAMES } from './ends.js'

const size = number('size', 64)
const writer = new MessageWriter(size)
const stream = await connect(FRAMES)

// Written in place until there is no room; what was committed leaves together when the program waits.
let sequence = 0
function fill(bytes: Uint8Array, offset: number): void {
  writer.write(bytes, offset, sequence)
  sequence = (sequence + 1) | 0
}

for (;;) if (stream.writeBatch(fill, size) === 0) await stream.writable()
