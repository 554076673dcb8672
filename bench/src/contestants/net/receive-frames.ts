import type { Socket } from 'node:net'
import { number } from '../common/arguments.js'
import { Meter } from '../common/meter.js'
import { checkMessage, number32 } from '../common/payload.js'
import { wrong } from '../common/report.js'
import { listen } from './listen.js'

const PREFIX = 4

const size = number('size', 64)
const meter = new Meter()

/** Cuts the stream into messages; what is left of a chunk is put in front of the next one. */
function receive(socket: Socket): void {
  let rest: Buffer | null = null
  let sequence = 0
  // A sender of prebuilt buffers numbers the messages of a buffer, again in each.
  let cycle = 2 ** 32
  socket.on('data', (chunk) => {
    const bytes = rest === null ? chunk : Buffer.concat([rest, chunk])
    const before = sequence
    let at = 0
    while (bytes.length - at >= PREFIX) {
      const length = number32(bytes, at)
      if (length !== size) wrong('length', length, size)
      if (bytes.length - at - PREFIX < length) break
      if (cycle === 2 ** 32 && sequence > 0 && number32(bytes, at + PREFIX) === 0) cycle = sequence
      checkMessage(bytes, at + PREFIX, length, sequence % cycle)
      sequence++
      at += PREFIX + length
    }
    rest = at === bytes.length ? null : bytes.subarray(at)
    meter.add(sequence - before)
  })
}

listen(receive)
