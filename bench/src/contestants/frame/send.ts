import { number } from '../common/arguments.js'
import { connect, unframed } from './ends.js'
import { writeMessage } from './message.js'

/** Bytes that are claimed at a time without frames, as a messages view does beneath them. */
const BLOCK = 32 * 1024

const size = number('size', 64)
const stream = await connect()
let sequence = 0

function one(bytes: Uint8Array, offset: number): void {
  writeMessage(bytes, offset, size, sequence)
  sequence = (sequence + 1) | 0
}

function block(bytes: Uint8Array, offset: number): void {
  for (let at = offset; at < offset + BLOCK; at += size) one(bytes, at)
}

const [fill, room] = unframed ? [block, BLOCK] : [one, size]
for (;;) if (stream.writeBatch(fill, room) === 0) await stream.writable()
