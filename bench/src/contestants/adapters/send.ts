import { number } from '../common/arguments.js'
import { pattern } from '../common/payload.js'
import { connect } from './ends.js'

/** Chunks that are written before the loop gets a turn. */
const IN_FLIGHT = 8
/** More than any of the streams buffers: a chunk must not change while it waits. */
const MEMORY = 1024 * 1024

const size = number('size', 65_536)
const chunks = Array.from({ length: MEMORY / size }, () => pattern(size))
const node = await connect()
let sequence = 0

function next(): Buffer {
  const chunk = chunks[sequence % chunks.length]!
  chunk.writeUInt32LE(sequence >>> 0)
  sequence++
  return chunk
}

function send(): void {
  for (let i = 0; i < IN_FLIGHT; i++) {
    if (node.write(next())) continue
    node.once('drain', send)
    return
  }
  setImmediate(send)
}

send()
