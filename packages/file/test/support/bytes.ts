/** Payloads whose every byte can be checked, and what reads and compares them. */
import type { Stream } from '@camio/core'

/** Bytes that tell their own position: shifted or repeated pieces differ. */
export function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let x = seed
  for (let i = 0; i < length; i++) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) >>> 0
    bytes[i] = x >>> 24
  }
  return bytes
}

export async function readAll(stream: Stream): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const lease of stream) pieces.push(Buffer.from(lease))
  return Buffer.concat(pieces)
}

export function text(lease: Uint8Array | null): string {
  return lease === null ? '' : Buffer.from(lease).toString()
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
