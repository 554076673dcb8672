/** Expectations that the cases share. */
import assert from 'node:assert/strict'
import { type CamioError, isCamioError, type Stream } from '@camio/core'
import { pattern } from './payload.js'

/** Fails unless `error` is a CamioError with one of the codes, a URI and a message. */
export function checkError(error: unknown, ...codes: string[]): CamioError {
  if (!isCamioError(error)) {
    assert.fail(
      `expected a CamioError (${codes.join(' or ')}), got ${error instanceof Error ? error.stack : String(error)}`,
    )
  }
  assert.ok(codes.includes(error.code), `expected ${codes.join(' or ')}, got ${error.code}: ${error.message}`)
  assert.ok(error.uri, `${error.code} names no URI`)
  assert.ok(error.message.length > 0)
  return error
}

export function throwsCode(fn: () => unknown, ...codes: string[]): CamioError {
  let result: unknown
  try {
    result = fn()
  } catch (error) {
    return checkError(error, ...codes)
  }
  return assert.fail(`expected ${codes.join(' or ')}, got the answer ${String(result)}`)
}

export async function rejectsCode(promise: Promise<unknown>, ...codes: string[]): Promise<CamioError> {
  let result: unknown
  try {
    result = await promise
  } catch (error) {
    return checkError(error, ...codes)
  }
  return assert.fail(`expected ${codes.join(' or ')}, got the answer ${String(result)}`)
}

/** Something that goes on beside the case: when the case fails before it looks, that is no second failure. */
export function meanwhile<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** Turns of the event loop after which what has not happened does not happen by itself. */
const TURNS = 10

export async function turns(count = TURNS): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/** Fails if `promise` settles within a few turns. */
export async function staysPending(promise: Promise<unknown>, what: string): Promise<void> {
  let state = 'pending'
  promise.then(
    () => {
      state = 'resolved'
    },
    (error) => {
      state = `rejected: ${error}`
    },
  )
  await turns()
  assert.equal(state, 'pending', what)
}

/** The next lease's copy; fails at the end. */
export async function next(stream: Stream): Promise<Uint8Array> {
  const lease = await stream.read()
  assert.ok(lease !== null, `${stream.uri} ended`)
  const copy = lease.slice()
  stream.release()
  return copy
}

/** More than any transport may hold for a reader that does not read. */
const BOUND = 64 * 1024 * 1024

/**
 * Writes the pattern until the transport takes not one byte more: refused again after it had time to send.
 * @returns how many bytes were accepted
 */
export async function fill(stream: Stream): Promise<number> {
  let total = 0
  let refusals = 0
  for (let piece = Math.min(16 * 1024, stream.maxClaim); piece >= 1; ) {
    if (stream.tryWrite(pattern(total, piece))) {
      total += piece
      refusals = 0
      assert.ok(total < BOUND, `${total} bytes are queued without a reader`)
    } else if (refusals < 3) {
      refusals++
      await turns(3)
    } else {
      piece >>= 1
    }
  }
  return total
}

/** Codes with which a stream breaks when its peer goes away. */
export const PEER_GONE = ['ERR_CAMIO_RESET', 'ERR_CAMIO_PEER_LOST'] as const

/**
 * Breaks `stream` by writing to a peer that is gone. @returns the error
 */
export async function writeUntilBroken(stream: Stream): Promise<CamioError> {
  const bytes = pattern(0, 1)
  for (;;) {
    try {
      stream.tryWrite(bytes)
      stream.tryFlush()
    } catch (error) {
      return checkError(error, ...PEER_GONE)
    }
    await turns(1)
  }
}
