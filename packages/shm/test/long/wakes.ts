/**
 * Wake-ups that must not be lost. The other end sleeps before every message; this one answers at once, so that the message meets it
 * between its last look and its sleep again and again. With plain stores in place of atomic ones this hangs within a second.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { listen, type Stream } from '@camio/core'
import '@camio/shm'
import { startThread } from '../support/actors.js'
import { freshName } from '../support/names.js'

const PATIENCE = 20_000

async function pingPong(stream: Stream, rounds: number): Promise<void> {
  const message = new Uint8Array(8)
  for (let round = 0; round < rounds; round++) {
    await stream.write(message)
    stream.tryFlush()
    await stream.read()
    stream.release()
    // A span that differs each time, as long as the other end takes to fall asleep.
    for (let i = (round * 37) % 400; i > 0; i--) message[0] = i
  }
}

export async function wakes(rounds: number): Promise<void> {
  // It spins, for its turn to come at once; the other end does not.
  const listener = await listen(freshName(), { wait: 'spin:1ms' })
  const thread = startThread({ role: 'echo', uri: listener.uri })
  const stream = await listener.accept()
  let done = 0
  for (; done < rounds; done += 1000) {
    const late = sleep(PATIENCE, 'late', { ref: false })
    const how = await Promise.race([pingPong(stream, Math.min(1000, rounds - done)), late])
    if (how === 'late') throw new Error(`a wake-up was lost within ${done + 1000} rounds`)
  }
  await stream.close()
  await listener.close()
  await new Promise((resolve) => thread.once('exit', resolve))
}
