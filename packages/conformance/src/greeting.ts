/** Messages of the suite's own, where a transport has no beginning or no end that can be seen. */
import assert from 'node:assert/strict'
import type { Stream } from '@camio/core'

const GREETING = Buffer.from('hello from the suite')
const PARTING = Buffer.from('that was all from the suite')

/** Without connections the other side learns of a stream by its first message. */
export async function greet(stream: Stream): Promise<void> {
  await stream.write(GREETING)
}

export async function readGreeting(stream: Stream): Promise<void> {
  const lease = await stream.read()
  assert.ok(lease !== null && GREETING.equals(lease), 'the first message is another one')
  stream.release()
}

/** What may be lost has no end that is sure to arrive: a last message stands for it. */
export async function part(stream: Stream): Promise<void> {
  await stream.write(PARTING)
  await stream.flush()
}

/** Everything before the parting, one array a message. */
export async function collectUntilParting(stream: Stream): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = []
  for await (const lease of stream) {
    if (PARTING.equals(lease)) break
    messages.push(lease.slice())
  }
  return messages
}
