/** What core would hand to a stream's constructor. */
import { DEFAULT_LIMITS, type Features, features, type StreamInit, type StreamLimits } from '@camio/core/spi'

export function init(differences: Partial<Features> = {}, limits: Partial<StreamLimits> = {}): StreamInit {
  return { uri: 'test:double', features: features(differences), limits: { ...DEFAULT_LIMITS, ...limits } }
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

/** `length` bytes that differ from their neighbours, starting with `from`. */
export function counting(length: number, from = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => from + i)
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

export function fromText(value: Uint8Array): string {
  return new TextDecoder().decode(value)
}

export function joined(parts: Iterable<Uint8Array>): Uint8Array {
  return Uint8Array.from(Buffer.concat([...parts]))
}

/** A turn of the event loop, in which corked data leaves. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Has `promise` settled, once everything that is at hand was done? */
export async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  const note = () => {
    done = true
  }
  promise.then(note, note)
  await turn()
  await turn()
  return done
}
