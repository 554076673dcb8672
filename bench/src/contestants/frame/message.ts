// Messages that are cheap to write and to check wherever they lie: the header of a frame moves them to any address.
import { number32 } from '../common/payload.js'
import { wrong } from '../common/report.js'

/** Every so many messages all bytes of one are written, and checked. */
const SAMPLE = 4096

function writeNumber(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value
  bytes[at + 1] = value >> 8
  bytes[at + 2] = value >> 16
  bytes[at + 3] = value >> 24
}

/** Its number in front and, inverted, at its end. */
export function writeMessage(bytes: Uint8Array, offset: number, length: number, sequence: number): void {
  writeNumber(bytes, offset, sequence)
  writeNumber(bytes, offset + length - 4, ~sequence)
  if (sequence % SAMPLE !== 0) return
  for (let i = 4; i < length - 4; i++) bytes[offset + i] = i + sequence / SAMPLE
}

export function checkMessage(bytes: Uint8Array, offset: number, length: number, sequence: number): void {
  const first = number32(bytes, offset)
  if (first !== sequence) wrong('sequence', first, sequence)
  const last = ~number32(bytes, offset + length - 4)
  if (last !== sequence) wrong('end of message', last, sequence)
  if (sequence % SAMPLE !== 0) return
  for (let i = 4; i < length - 4; i++) {
    const expected = (i + sequence / SAMPLE) & 255
    if (bytes[offset + i] !== expected) wrong('byte of message', bytes[offset + i]!, expected)
  }
}
