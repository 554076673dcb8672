/** Connected streams with names of their own, closed after the test. */
import { type Listener, listen, open, type Stream } from '@camio/core'
import type { ExecutionContext } from 'ava'
import '@camio/mem'

let names = 0

export function freshName(): `mem:${string}` {
  names++
  return `mem:test-${names}`
}

type Options = { capacity?: number; messages?: number; backlog?: number; mode?: 'r' | 'w' | 'rw' }

export async function pair(
  t: ExecutionContext,
  near: Options = {},
  far: Options = {},
): Promise<{ near: Stream; far: Stream; listener: Listener }> {
  const name = freshName()
  const listener = await listen(name, far)
  const opened = await open(name, near)
  const accepted = await listener.accept()
  t.teardown(async () => {
    await Promise.allSettled([opened, accepted].map((stream) => stream.close({ discard: true })))
    await listener.close()
  })
  return { near: opened, far: accepted, listener }
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}

/** The codes of what a call throws or a promise rejects with. */
export async function codeOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}
