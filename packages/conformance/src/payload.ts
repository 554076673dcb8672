/** Bytes that tell where they belong, and reading a stream to its end. */
import assert from 'node:assert/strict'
import type { Stream } from '@camio/core'

/**
 * The bytes at positions `[from, from + length)` of an endless sequence that does not repeat at powers of two. Printable, and no
 * line feed: a message of it can travel as a line.
 */
export function pattern(from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = byteAt(from + i)
  return bytes
}

function byteAt(position: number): number {
  return 33 + ((position * 7 + Math.floor(position / 89) * 3) % 89)
}

/** Fails unless `bytes` are those at `from` on. */
export function checkPattern(bytes: Uint8Array, from: number): void {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== byteAt(from + i)) assert.fail(`byte ${from + i} is ${bytes[i]}, not ${byteAt(from + i)}`)
  }
}

/** `count` messages of `length` bytes, consecutive pieces of the pattern. */
export function messages(count: number, length: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => pattern(i * length, length))
}

export function join(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces))
}

/** Everything to the end: one array a message; the bytes of a byte stream are one. */
export async function collect(stream: Stream): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = []
  for await (const lease of stream) pieces.push(lease.slice())
  return stream.features.framing === 'messages' ? pieces : [join(pieces)]
}

/** Everything to the end, joined. */
export async function collectBytes(stream: Stream): Promise<Uint8Array> {
  return join(await collect(stream))
}

/** Reads just `length` bytes and leaves the rest with the stream. */
export async function readExactly(stream: Stream, length: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let missing = length
  while (missing > 0) {
    const lease = await stream.read()
    assert.ok(lease !== null, `the stream ended ${missing} bytes early`)
    const taken = Math.min(lease.length, missing)
    pieces.push(lease.slice(0, taken))
    missing -= taken
    stream.release(stream.features.framing === 'bytes' ? taken : undefined)
  }
  return join(pieces)
}

/** Fails unless `actual` are just the messages `expected`, byte by byte. */
export function sameMessages(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  assert.equal(actual.length, expected.length, 'number of messages')
  for (let i = 0; i < actual.length; i++) sameBytes(actual[i]!, expected[i]!, `message ${i}`)
}

export function sameBytes(actual: Uint8Array, expected: Uint8Array, what = 'bytes'): void {
  if (Buffer.compare(actual, expected) === 0) return
  assert.fail(`${what}: got ${show(actual)}, expected ${show(expected)}`)
}

function show(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 40)).toString('latin1')
  return `${bytes.length} bytes "${text}${bytes.length > 40 ? '...' : ''}"`
}
