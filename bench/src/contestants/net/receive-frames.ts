import type { Socket } from 'node:net'
import { number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { Meter } from '../common/meter.js'
import { number32 } from '../common/payload.js'
import { wrong } from '../common/report.js'
import { listen } from './listen.js'

const PREFIX = 4

const size = number('size', 64)
const format = messageFormat(size)
const meter = new Meter()

/** Cuts the stream into messages. Only a message that lies in two chunks is copied together. */
class Parser {
  private sequence = 0
  /** A sender of prebuilt buffers numbers the messages of a buffer from 0, again in each: how many it has. */
  private cycle = -1
  private rest: Buffer | null = null

  /** @returns how many messages ended in the chunk */
  parse(chunk: Buffer): number {
    let at = 0
    let messages = 0
    if (this.rest !== null) {
      const whole = Buffer.concat([this.rest, chunk.subarray(0, PREFIX + size - this.rest.length)])
      if (whole.length < PREFIX + size) {
        this.rest = whole
        return 0
      }
      this.take(whole, 0)
      at = PREFIX + size - this.rest.length
      messages = 1
    }
    for (; chunk.length - at >= PREFIX + size; at += PREFIX + size, messages++) this.take(chunk, at)
    this.rest = at === chunk.length ? null : chunk.subarray(at)
    return messages
  }

  private take(bytes: Buffer, at: number): void {
    const length = number32(bytes, at)
    if (length !== size) wrong('length', length, size)
    if (this.sequence === this.cycle) this.sequence = 0
    if (this.cycle < 0 && this.sequence > 0 && number32(bytes, at + PREFIX) === 0) {
      this.cycle = this.sequence
      this.sequence = 0
    }
    format.check(bytes, at + PREFIX, length, this.sequence)
    this.sequence = (this.sequence + 1) | 0
  }
}

function receive(socket: Socket): void {
  const parser = new Parser()
  socket.on('data', (chunk) => meter.add(parser.parse(chunk)))
}

listen(receive)
